#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What .clang-format cannot hold: spelling, width, the first line of a file, kernel-doc, lengths. Prints
# TAP; run from the top of the tree. CONTRIBUTING.md, "Code", has the same in words.

export LC_ALL=C
file_lines=800 function_lines=60 width=100

# Each exception is a name and its reason; one that is none any more is an error.
long_files='
'
long_functions='
'
# The kernel-doc of each asked_NAME() is that of the hook NAME (replay/mm/hooks.c).
documented_elsewhere='^replay/mm/hooks\.c:[0-9]+: asked_'

# American spelling: these are the British ones, as whole words, in lower case.
british='(un)?model(l)(ed|ing|er)|neighbour(s|ed|ing|hoods?)?|(dis)?colour(s|ed|ing|ful)?'
british+='|behaviours?|(un)?favour(s|ed|ing|ites?|able)?|(dis)?honour(s|ed|ing)?|labour(s|ed)?'
british+='|(de)?fibres?|centre[ds]?|metres?|catalogues?|dialogues?|analogues?|grey(s|ed)?|licences?'
british+='|defences?|offences?|artefacts?|programmes?|ageing|judgements?|fulfil(s|ment)?|instal(s|ment)?'
british+='|(un)?(label|cancel|travel|level|signal|channel|total|marshal|tunnel|panel)l(ed|ing)'
british+='|(re|un)?(organ|recogn|optim|minim|maxim|initial|normal|general|special|serial|summar|util|real'
british+='|synchron|priorit|categor|character|random|parametr|amort|visual|final|custom|equal|stabil'
british+='|author|penal|standard|memor|formal|local|global|emphas)is(e|ed|es|ing|ation|ations)'
british+='|analys(e|ed|es|ing)|paralys(e|ed)|whilst|amongst|learnt|spelt|spoilt'

c_files() { find include parsers policies replay tests -name '*.[ch]' | sort; }
program() { find parsers policies replay -name '*.c' | sort; }
scripts() { find scripts -type f | sort; echo Makefile; echo .ci/run; }
# A test of tests/cli may be one long line that reads as a sentence, so that these are left out.
wide_files() { c_files; find replay/view/page -type f | sort; scripts; }
# everything that is written by hand, but for this list of words
texts() {
	find include parsers policies replay scripts doc tests -type f ! -path tests/style.sh \
		! -path 'tests/fuzz/corpus/*' ! -name '*.json' ! -name '*.svg' | sort
	ls ./*.md doc/*.schema.json Makefile .ci/run
}
commented() {
	find include parsers policies replay tests -type f -regex '.*\.\(c\|h\|js\|css\|sh\|bash\|py\)'
	scripts
	echo tests/run
}

nr=0 bad=0
result() {			# DESCRIPTION, and what is wrong on stdin
	local wrong

	wrong=$(cat)
	nr=$((nr + 1))
	if [ -z "$wrong" ]; then
		echo "ok $nr - $1"
	else
		bad=$((bad + 1))
		echo "not ok $nr - $1"
		sed 's/^/# /' <<<"$wrong"
	fi
}

misspelled() {
	# shellcheck disable=SC2046 # no file name has a blank
	grep -noIwiE "$british" $(texts) | sed 's/$/: is British/'
}

# Without its strings, for which it may be longer, such a line has at most 80 columns.
wide() {
	# shellcheck disable=SC2046
	awk -v width="$width" '
	function columns(s,   i, n, c) {
		for (i = 1; i <= length(s); i++) {
			c = substr(s, i, 1)
			if (c == "\t")
				n += 8 - n % 8
			else if (c < "\200" || c >= "\300")	# not the rest of a UTF-8 character
				n++
		}
		return n
	}
	function strings(s,   n) {
		while (match(s, /"([^"\\]|\\.)*"|\047([^\047\\]|\\.)*\047|`[^`]*`/)) {
			n += RLENGTH
			s = substr(s, RSTART + RLENGTH)
		}
		return n
	}
	length($0) > width / 8 && columns($0) > width && columns($0) - strings($0) > 80 {
		print FILENAME ":" FNR ": has " columns($0) " columns"
	}' $(wide_files)
}

# A script has the line after its #!.
without_license() {
	local file line

	while read -r file; do
		{ read -r line; [[ $line != '#!'* ]] || read -r line; } <"$file"
		[[ $line =~ ^(//|/\*|#)\ SPDX-License-Identifier:\ GPL-2\.0-only(\ \*/)?$ ]] ||
			echo "$file: its first line is no SPDX-License-Identifier"
	done < <(commented)
}

# One line for each function that others call: FILE:LINE: NAME PROBLEM; with WANT=lines one for every
# function: FILE:LINE: NAME LINES.
functions() {			# WANT FILE...
	local want=$1

	shift
	awk -v want="$want" '
	function says(problem) { print FILENAME ":" start ": " name " " problem }
	# the names of the arguments, each between blanks; one that is a function counts as its own name
	function arguments(sig,   args, nr, part, i, s) {
		args = sig
		sub(/^[^(]*\(/, "", args)
		sub(/\)[^)]*$/, "", args)
		gsub(/\[[^]]*\]/, "", args)
		gsub(/\(\*/, " ", args)
		while (gsub(/\([^()]*\)/, "", args))
			;
		gsub(/\)/, "", args)
		nr = split(args, part, ",")
		s = " "
		for (i = 1; i <= nr; i++) {
			sub(/[ \t]+$/, "", part[i])
			sub(/.*[ *\t]/, "", part[i])
			if (part[i] != "void" && part[i] != "...")
				s = s part[i] " "
		}
		return s
	}
	function check(   list, nr, arg, i) {
		if (doc == "" || doc_end != start - 1) {
			says("has no kernel-doc")
			return
		}
		if (doc !~ ("\n \\* " name " - "))
			says("has the kernel-doc of another")
		if (sig !~ /^(__attribute__.*\)\) )?void [a-z_0-9]+\(/ && doc !~ /\n \* Return: /)
			says("has no Return: in its kernel-doc")
		nr = split(arguments(sig), arg, " ")
		for (i = 1; i <= nr; i++)
			if (doc !~ ("\n \\* @" arg[i] ":"))
				says("does not say what @" arg[i] " is")
	}
	FNR == 1 { doc = sig = ""; in_doc = in_body = begun = 0 }
	# a directive, or a comment that is none of a function
	!in_body && !in_doc && (/^#/ || /^\/\*[^*]/) {
		begun = 0
		continued = /\\$/
	}
	continued { continued = /\\$/; next }
	/^\/\*\*$/ { in_doc = 1; doc = "" }
	in_doc {
		doc = doc "\n" $0
		if (/\*\//) {
			in_doc = 0
			doc_end = FNR
		}
		next
	}
	# what begins in the first column, up to its { or ; in the first or last
	!in_body && !begun && /^[A-Za-z_]/ {
		begun = 1
		sig = ""
		start = FNR
	}
	begun && !/^\{/ {
		sig = sig (sig == "" ? "" : " ") $0
		if (/[{;\\][ \t]*(\/\*.*)?$/)
			begun = 0
		next
	}
	begun && /^\{/ {
		begun = 0
		in_body = FNR
		name = sig
		gsub(/__attribute__\(\(.*\)\) */, "", name)
		gsub(/[ \t]+/, " ", sig)
		sub(/\(.*/, "", name)
		sub(/.*[ *\t]/, "", name)
		if (want != "lines" && sig !~ /(^| )static / && sig !~ /^TEST\(/)
			check()
	}
	/^\}/ {
		if (in_body && want == "lines")
			print FILENAME ":" start ": " name " " FNR - in_body + 1
		in_body = 0
		sig = ""
	}' "$@"
}

undocumented() {
	# shellcheck disable=SC2046
	functions doc $(program) | grep -vE "$documented_elsewhere"
}

# NAME LINES on stdin: those above LIMIT that are no exception, and exceptions that are none
too_long() {			# LIMIT EXCEPTIONS
	awk -v limit="$1" -v exceptions="$2" '
	BEGIN {
		nr = split(exceptions, line, "\n")
		for (i = 1; i <= nr; i++) {
			split(line[i], word, /[ \t]+/)
			if (word[1] != "")
				excepted[word[1]] = 1
		}
	}
	$2 > limit && !excepted[$1] { print $1 " has " $2 " lines; " limit " is the most" }
	$2 > limit { is_long[$1] = 1 }
	END {
		for (name in excepted)
			if (!is_long[name])
				print name " is an exception, but not that long"
	}'
}

result "spelling is American" < <(misspelled)
result "no line is wider than $width columns but for the text of a message" < <(wide)
result "every source begins with its license" < <(without_license)
result "what others call has kernel-doc: each argument, and Return:" < <(undocumented)
# shellcheck disable=SC2046
result "no file is longer than $file_lines lines" < <(wc -l $(c_files) | awk '$2 != "total" { print $2, $1 }' |
	too_long $file_lines "$long_files")
# shellcheck disable=SC2046
result "no function is longer than $function_lines lines" < <(functions lines $(c_files) |
	awk '{ print $2, $3 }' | too_long $function_lines "$long_functions")

echo "1..$nr"
[ "$bad" -eq 0 ]
