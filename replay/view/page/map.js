/* SPDX-License-Identifier: GPL-2.0-only */
/* The map of one policy: a canvas, the shares of each class above it, and a cell that is chosen. */

const LABEL_SIZE = 11;

class MapView {
	constructor(policy, page) {
		this.policy = policy;
		this.page = page;
		this.blocks = policy.blocks;
		this.canvas = element('canvas', {
			tabindex: '0', role: 'application', 'aria-roledescription': 'map of pageblocks',
			'aria-label': `Pageblocks under ${policy.label}; arrow keys go from block to block`,
			'aria-describedby': 'block',
		});
		this.ring = element('div', { class: 'ring', hidden: '' });
		this.shares = element('div', { class: 'shares', 'aria-hidden': 'true' });
		this.summary = element('p', { class: 'summary' });
		this.figure = element('figure', { class: 'map' },
			element('figcaption', {}, policyKey(policy), policy.label),
			this.shares,
			element('div', { class: 'canvas' }, this.canvas, this.ring), this.summary);
		this.#listen();
	}

	/* the map is laid out anew: a size, the grouping, marks or colors changed */
	arrange(layout, sprites, theme, ratio) {
		const { canvas } = this;

		this.layout = layout;
		this.sprites = sprites;
		this.theme = theme;
		this.ratio = ratio;
		canvas.width = layout.width;
		canvas.height = layout.height;
		canvas.style.width = `${layout.width / ratio}px`;
		canvas.style.height = `${layout.height / ratio}px`;
		this.context = canvas.getContext('2d', { willReadFrequently: true });
		this.#background();
		this.image = this.context.getImageData(0, 0, layout.width, layout.height);
		this.pixels = new Uint32Array(this.image.data.buffer);
		this.drawn = null;
	}

	#background() {
		const { context, layout, ratio, theme } = this;

		context.fillStyle = theme.ground;
		context.fillRect(0, 0, layout.width, layout.height);
		context.fillStyle = theme.ink;
		context.globalAlpha = 0.65;
		context.font = `${LABEL_SIZE * ratio}px system-ui, sans-serif`;
		context.textBaseline = 'top';
		for (const { zone, labelAt } of layout.bands) {
			const size = bytes(zone.blocks * this.blocks.blockPages * 4096);

			context.fillText(`${zone.name}  ${size}`, 0, labelAt + 2 * ratio);
		}
		context.globalAlpha = 1;
	}

	/* only cells that changed are stamped; a step of time seldom changes many */
	draw(t) {
		const { blocks, layout, sprites, pixels } = this;
		const cells = blocks.seek(blocks.rowAt(t)), fresh = !this.drawn;

		if (fresh)
			this.drawn = new Uint8Array(blocks.count);
		for (let i = 0; i < blocks.count; i++) {
			if (!fresh && this.drawn[i] === cells[i])
				continue;
			this.drawn[i] = cells[i];
			sprites.stamp(pixels, layout.width, layout.x[i], layout.y[i], cells[i]);
		}
		this.context.putImageData(this.image, 0, 0);
		this.#drawShares();
	}

	#drawShares() {
		const { classes, count: total } = this.blocks, tally = this.blocks.tally();
		const present = classes.map((name, index) => ({ name, index, n: tally[index] }))
			.filter(({ name, n }) => n && name !== 'absent');
		const theme = this.theme;

		this.shares.replaceChildren(...present.map(({ name, index, n }) => {
			const share = element('span', { title: `${name}: ${count(n)} blocks` });

			share.style.flexGrow = n;
			share.style.background = css(stateColor(theme, name, index, 9));
			return share;
		}));
		this.summary.replaceChildren(...present.map(({ name, n }) =>
			element('span', {}, element('b', {}, count(n)), ` ${name} `)));
		this.shares.title = `${count(total)} pageblocks`;
	}

	#listen() {
		const { canvas } = this;

		canvas.addEventListener('pointermove', (event) => {
			const box = canvas.getBoundingClientRect();
			const block = this.layout.at((event.clientX - box.left) * this.ratio,
						     (event.clientY - box.top) * this.ratio);

			if (block >= 0)
				this.page.choose(block, this);
		});
		canvas.addEventListener('focus', () => {
			const chosen = Math.max(this.page.chosen, 0);

			this.page.choose(Math.min(chosen, this.blocks.count - 1), this);
		});
		canvas.addEventListener('keydown', (event) => this.#key(event));
	}

	#key(event) {
		const last = this.blocks.count - 1, at = Math.max(this.page.chosen, 0);
		const to = {
			ArrowLeft: () => at - 1,
			ArrowRight: () => at + 1,
			ArrowUp: () => this.layout.vertical(at, -1),
			ArrowDown: () => this.layout.vertical(at, 1),
			PageUp: () => at - 512,
			PageDown: () => at + 512,
			Home: () => 0,
			End: () => last,
		}[event.key];

		if (!to || event.ctrlKey || event.altKey || event.metaKey)
			return;
		event.preventDefault();
		this.page.choose(Math.min(Math.max(to(), 0), last), this);
	}

	/* the same block is marked on every map, so that policies can be compared at it */
	mark(block) {
		const { layout, ratio, ring } = this;

		ring.hidden = block < 0 || block >= this.blocks.count;
		if (ring.hidden)
			return;
		const cell = layout.cell / ratio, size = Math.max(cell, 6), off = (size - cell) / 2;

		ring.style.left = `${layout.x[block] / ratio - off}px`;
		ring.style.top = `${layout.y[block] / ratio - off}px`;
		ring.style.width = ring.style.height = `${size}px`;
	}
}
