/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The states of one policy's pageblocks over time. A row of the report holds only what changed
 * since the row before it, as tokens "GAP LEN CD": GAP blocks as they were, then LEN blocks that
 * now hold class C, D tenths of them in use; GAP and LEN are in base 36. States are kept whole
 * every KEEP rows, so that any row is at most KEEP rows of decoding away, however the slider jumps.
 */

const KEEP = 16;
const SPACE = 32, SEMICOLON = 59, ZERO = 48, NINE = 57;

const base36 = new Int8Array(128).fill(-1);
[...'0123456789abcdefghijklmnopqrstuvwxyz'].forEach((c, value) => {
	base36[c.charCodeAt(0)] = base36[c.toUpperCase().charCodeAt(0)] = value;
});

class Blocks {
	/* @superPages: of the policy's superpageblocks, where it has them */
	constructor(map, superPages) {
		if (!map || !Array.isArray(map.zones) || !Array.isArray(map.rows) ||
		    !Array.isArray(map.t_ns) || map.rows.length !== map.t_ns.length)
			throw new Error('the map lacks zones, rows or their times');
		this.blockPages = map.block_pages > 0 ? map.block_pages : 512;
		this.superOrder = isNumber(map.superblock_order) ? map.superblock_order :
			superPages > 0 ? Math.round(Math.log2(superPages)) : null;
		this.zones = Blocks.#zones(map.zones);
		this.count = this.zones.reduce((sum, zone) => sum + zone.blocks, 0);
		if (this.count > 1 << 22)
			throw new Error(`${this.count} pageblocks are more than a page can show`);
		this.rows = map.rows;
		this.times = map.t_ns;
		this.#readClasses(map.classes || {});
		this.cells = new Uint8Array(this.count).fill(this.codeOf['.'.charCodeAt(0)]);
		this.kept = new Map([[-1, this.cells.slice()]]);
		this.row = -1;
	}

	static #zones(list) {
		let first = 0;

		return list.map((zone) => {
			const blocks = zone.blocks, block = zone.first_block;

			if (!Number.isInteger(blocks) || blocks < 0 || !Number.isInteger(block))
				throw new Error('a zone of the map lacks first_block or blocks');
			first += blocks;
			return { name: String(zone.name), blocks, block, first: first - blocks };
		});
	}

	/* a cell is class * 10 + tenths in use, in a byte; 25 classes are enough for any kernel */
	#readClasses(classes) {
		const known = Object.entries({ '.': 'absent', ...classes }).slice(0, 25);

		this.classes = known.map(([, name]) => String(name));
		this.codeOf = new Int16Array(128).fill(-1);
		known.forEach(([letter], i) => {
			this.codeOf[letter.charCodeAt(0) & 127] = 10 * i;
		});
	}

	#number(row, text, from, end) {
		let value = 0;

		if (from === end)
			throw new Error(`row ${row}: a number is missing at character ${from}`);
		for (let i = from; i < end; i++) {
			const digit = base36[text.charCodeAt(i) & 127];

			if (digit < 0)
				throw new Error(`row ${row}: no number at character ${from}`);
			value = value * 36 + digit;
		}
		return value;
	}

	#apply(row) {
		const text = String(this.rows[row]);
		let block = 0;

		for (let at = 0; at < text.length; at++) {
			const gap = text.indexOf(' ', at), length = text.indexOf(' ', gap + 1);

			if (gap < 0 || length < 0)
				throw new Error(`row ${row}: cut short at character ${at}`);
			const start = block + this.#number(row, text, at, gap);
			const end = start + this.#number(row, text, gap + 1, length);
			const code = this.codeOf[text.charCodeAt(length + 1) & 127];
			const tenths = text.charCodeAt(length + 2);

			if (!(code >= 0) || !(tenths >= ZERO && tenths <= NINE))
				throw new Error(`row ${row}: unknown state at character ${length + 1}`);
			if (end > this.count)
				throw new Error(`row ${row}: runs past the last block`);
			this.cells.fill(code + tenths - ZERO, start, end);
			block = end;
			at = length + 3;
			if (at < text.length && text.charCodeAt(at) !== SEMICOLON)
				throw new Error(`row ${row}: no ';' at character ${at}`);
		}
	}

	/* The states at sample @row, -1 for before the first; valid until the next call. */
	seek(row) {
		let from = row < 0 ? -1 : row - row % KEEP;

		while (from >= 0 && !this.kept.has(from))
			from -= KEEP;
		from = Math.max(from, -1);
		if (this.row > row || this.row < from) {
			this.cells.set(this.kept.get(from));
			this.row = from;
		}
		while (this.row < row) {
			this.#apply(this.row + 1);
			this.row++;
			if (this.row % KEEP === 0 && !this.kept.has(this.row))
				this.kept.set(this.row, this.cells.slice());
		}
		return this.cells;
	}

	/* the row that holds at a time; the first also stands for what was before it */
	rowAt(t) {
		return Math.max(lastAt(this.times, t), Math.min(0, this.times.length - 1));
	}

	/* how many blocks hold each class at the row last sought */
	tally() {
		const byCode = new Uint32Array(256), tally = new Array(this.classes.length).fill(0);

		for (const code of this.cells)
			byCode[code]++;
		byCode.forEach((n, code) => {
			if (n)
				tally[Math.floor(code / 10)] += n;
		});
		return tally;
	}

	zoneOf(block) {
		return this.zones.find((zone) => block < zone.first + zone.blocks);
	}

	describe(block) {
		const code = this.cells[block];

		return { name: this.classes[Math.floor(code / 10)], tenths: code % 10 };
	}
}
