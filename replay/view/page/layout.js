/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where each pageblock's cell is, in pixels of the canvas. A zone is a band with its name above.
 * Grouped, a band is tiles of GROUP blocks, cut where the machine's own boundaries are; otherwise
 * it is one tile as wide as the map.
 */

const GROUP_WIDTH = 32;

class Layout {
	constructor(zones, cell, options) {
		const { width, group, gap, label } = options;

		this.cell = cell;
		this.width = width;
		this.bands = [];
		this.height = 0;
		for (const zone of zones) {
			if (!zone.blocks)
				continue;
			const band = group ? Layout.#tiled(zone, cell, width, group, gap) :
				Layout.#plain(zone, cell, width);

			band.zone = zone;
			band.labelAt = this.height;
			band.top = this.height + label;
			band.bottom = band.top + band.rows * band.pitchY;
			this.height = band.bottom + Math.round(label / 2);
			this.bands.push(band);
		}
		this.height = Math.max(this.height, 1);
		this.#place(zones);
	}

	static #plain(zone, cell, width) {
		const columns = Math.max(1, Math.floor(width / cell));
		const lines = Math.ceil(zone.blocks / columns);

		return { lead: 0, columns, lines, size: columns * lines, across: 1, rows: 1,
			 pitchX: columns * cell, pitchY: lines * cell };
	}

	static #tiled(zone, cell, width, group, gap) {
		const columns = Math.min(GROUP_WIDTH, group), lead = zone.block % group;
		const tiles = Math.ceil((lead + zone.blocks) / group);
		/* a lone tile ends with its last block: a small zone takes little room */
		const lines = Math.ceil((tiles > 1 ? group : lead + zone.blocks) / columns);
		const pitchX = columns * cell + gap, pitchY = lines * cell + gap;
		const across = Math.max(1, Math.floor((width + gap) / pitchX));

		return { lead, columns, lines, size: group, across, pitchX, pitchY,
			 rows: Math.ceil(tiles / across) };
	}

	/* the largest cell that keeps the map within @options.height, or the smallest allowed */
	static fit(zones, options) {
		for (let cell = options.largest; cell > options.smallest; cell--) {
			const layout = new Layout(zones, cell, options);

			if (layout.height <= options.height && layout.fits(options))
				return layout;
		}
		return new Layout(zones, options.smallest, options);
	}

	fits({ width, group }) {
		return !group || this.bands.every((band) => band.columns * this.cell <= width);
	}

	#place(zones) {
		const last = zones[zones.length - 1];
		const total = last ? last.first + last.blocks : 0;

		this.x = new Uint16Array(total);
		this.y = new Uint16Array(total);
		for (const band of this.bands)
			this.#placeBand(band);
	}

	#placeBand(band) {
		const { zone, lead, columns, size, across } = band;

		for (let i = 0; i < zone.blocks; i++) {
			const place = lead + i, inner = place % size, column = inner % columns;
			const tile = Math.floor(place / size);

			this.x[zone.first + i] = (tile % across) * band.pitchX + column * this.cell;
			this.y[zone.first + i] = band.top +
				Math.floor(tile / across) * band.pitchY +
				(inner - column) / columns * this.cell;
		}
	}

	/* the block at a pixel, or -1 */
	at(x, y) {
		const band = this.bands.find(({ top, bottom }) => y >= top && y < bottom);

		if (!band || x < 0)
			return -1;
		const tileX = Math.floor(x / band.pitchX);
		const tileY = Math.floor((y - band.top) / band.pitchY);
		const column = Math.floor((x - tileX * band.pitchX) / this.cell);
		const line = Math.floor((y - band.top - tileY * band.pitchY) / this.cell);

		if (tileX >= band.across || column >= band.columns || line >= band.lines)
			return -1;
		const i = (tileY * band.across + tileX) * band.size + line * band.columns + column -
			band.lead;

		return i >= 0 && i < band.zone.blocks ? band.zone.first + i : -1;
	}

	/* the next block above or below, over the gaps between tiles and zones */
	vertical(block, direction) {
		const x = this.x[block];

		for (let y = this.y[block] + direction * this.cell; y >= 0 && y < this.height;
		     y += direction) {
			const found = this.at(x, y);

			if (found >= 0)
				return found;
		}
		return block;
	}
}
