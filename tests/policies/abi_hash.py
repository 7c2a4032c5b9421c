# SPDX-License-Identifier: GPL-2.0-only
"""The ABI that the installed headers declare, and a hash of what it consists of.

Read are the headers in the order in which policy.h includes them, without comments, blanks, line
breaks, include guards, inline functions and the ABI's own number: these may change, a member, a
constant, a hook or a prototype may not.
"""
import hashlib
import re
import sys

seen = set()


def read(path):
    """The text of a header, those that it includes in their place, each once."""
    if path in seen:
        return ''
    seen.add(path)
    with open('include/' + path, encoding='utf-8') as f:
        text = f.read()
    text = re.sub(r'/\*.*?\*/', ' ', text, flags=re.S).replace('\\\n', ' ')
    return re.sub(r'^#include <(fragreplay/.*)>$', lambda m: read(m.group(1)), text, flags=re.M)


text = read('fragreplay/policy.h')
abi = re.search(r'^#define FRAGREPLAY_POLICY_ABI\s+(\d+)', text, flags=re.M).group(1)
text = re.sub(r'^static inline .*?^}$', '', text, flags=re.S | re.M)
kept = ['']
for words in [line.split() for line in text.splitlines()]:
    if not words or words[0] in ('#ifndef', '#endif', '#include'):
        continue
    if words[0] == '#define':
        if not re.match(r'FRAGREPLAY_(\w+_H|POLICY_ABI)$', words[1]):
            kept.append(' '.join(words))
            kept.append('')
    elif words[0][0] == '#':
        kept += [' '.join(words), '']
    else:
        kept[-1] += ' '.join(words) + ' '
if '-v' in sys.argv:
    print('\n'.join(kept))
print(abi, hashlib.sha256('\n'.join(kept).encode()).hexdigest()[:16])
