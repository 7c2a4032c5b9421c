// SPDX-License-Identifier: GPL-2.0-only
/*
 * The digest of a trace is a 64-bit hash over its records. The same events give the same digest
 * whatever the file's compression, version or layout. It tells traces apart; it does not withstand
 * someone who wants two traces to look alike. Whoever changes struct record or enum record_type
 * changes all digests, and reports made before and after count as those of different traces.
 */
#include <string.h>

#include "internal.h"

_Static_assert(sizeof(struct record) == 5 * sizeof(uint64_t), "digest_records() takes five words");

/* The upper half of a product depends on every bit of both factors. */
static inline uint64_t fold_mul(uint64_t a, uint64_t b)
{
	__uint128_t r = (__uint128_t)a * b;

	return (uint64_t)r ^ (uint64_t)(r >> 64);
}

/**
 * digest_records - continue a digest over more records
 * @h: the digest so far, DIGEST_INIT at the start
 * @rec: records; every byte counts, so what an event does not have must be 0
 * @n: how many
 *
 * Return: the digest; it does not depend on how the records were cut into calls.
 */
uint64_t digest_records(uint64_t h, const struct record *rec, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct record *r = &rec[i];
		uint64_t tail, x;

		memcpy(&tail, (const char *)r + offsetof(struct record, pid), sizeof(tail));
		/* the numbers are the multipliers of xxHash64 and of splitmix64 */
		x = fold_mul(r->ts ^ 0x9e3779b97f4a7c15ULL, r->words[0] ^ 0xc2b2ae3d27d4eb4fULL);
		x ^= fold_mul(r->words[1] ^ 0x165667b19e3779f9ULL,
			      r->words[2] ^ 0x27d4eb2f165667c5ULL);
		x += fold_mul(tail ^ 0x94d049bb133111ebULL, 0xbf58476d1ce4e5b9ULL);
		h = fold_mul(h ^ x, 0xd6e8feb86659fd93ULL);
	}
	return h;
}
