/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The digest of a trace: a 64-bit hash over its normalised records. The same events give the same
 * digest whatever the file's compression, version or layout. It tells traces apart; it is no
 * defence against someone who wants two traces to look alike.
 */
#include <string.h>

#include "internal.h"

_Static_assert(sizeof(struct record) == 56, "digest_records() names every byte of struct record");
_Static_assert(offsetof(struct record, mt2) == 51, "the last four bytes are padding");

static inline uint64_t fold_mul(uint64_t a, uint64_t b)
{
	__uint128_t r = (__uint128_t)a * b;

	return (uint64_t)r ^ (uint64_t)(r >> 64);
}

/**
 * digest_records - continue a digest over more records
 * @h: the digest so far, DIGEST_INIT at the start
 * @rec: records; the padding at their end is not looked at
 * @n: how many
 *
 * Return: the digest; it does not depend on how the records were cut into calls.
 */
uint64_t digest_records(uint64_t h, const struct record *rec, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t w[6], x;
		uint32_t tail;

		memcpy(w, &rec[i], sizeof(w));
		memcpy(&tail, (const char *)&rec[i] + sizeof(w), sizeof(tail));
		x = fold_mul(w[0] ^ 0x9e3779b97f4a7c15ULL, w[1] ^ 0xc2b2ae3d27d4eb4fULL);
		x ^= fold_mul(w[2] ^ 0x165667b19e3779f9ULL, w[3] ^ 0x27d4eb2f165667c5ULL);
		x += fold_mul(w[4] ^ tail ^ 0x94d049bb133111ebULL, w[5] ^ 0xbf58476d1ce4e5b9ULL);
		h = fold_mul(h ^ x, 0xd6e8feb86659fd93ULL);
	}
	return h;
}
