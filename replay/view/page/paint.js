/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Colors and marks. The hues are those of Okabe and Ito, which the color-blind tell apart; how
 * full a block is shows as strength. Each state of a block is drawn once, as a small picture that
 * the map copies: marks cost nothing then.
 */

/* name of a class: hue, pattern */
const CLASS_LOOK = {
	free: { plain: true },
	absent: { plain: true },
	reserved: { plain: true, pattern: 'grid' },
	movable: { hue: '#56b4e9' },
	unmovable: { hue: '#d55e00', pattern: 'rising' },
	reclaimable: { hue: '#009e73', pattern: 'level' },
	mixed: { hue: '#cc79a7', pattern: 'cross' },
	highatomic: { hue: '#f0e442', pattern: 'dot' },
	cma: { hue: '#0072b2', pattern: 'falling' },
	isolate: { hue: '#e69f00', pattern: 'upright' },
};
const OTHER_LOOKS = [
	{ hue: '#e69f00', pattern: 'falling' }, { hue: '#0072b2', pattern: 'dot' },
	{ hue: '#f0e442', pattern: 'grid' },
];

/* the plain ones have no degree of use to show */
const LIGHT = { ground: '#ffffff', absent: '#ffffff', free: '#e9ebee', reserved: '#9aa1a9',
		ink: '#000000' };
const DARK = { ground: '#14171a', absent: '#14171a', free: '#2a2f35', reserved: '#6b737c',
	       ink: '#ffffff' };

function classLook(name, index) {
	return CLASS_LOOK[name] || OTHER_LOOKS[index % OTHER_LOOKS.length];
}

const channels = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

function blend(from, to, share) {
	const a = channels(from), b = channels(to);

	return a.map((value, i) => Math.round(value + (b[i] - value) * share));
}

/* weakest at a third of the hue, so that a block with one page in use still shows whose it is */
function stateColor(theme, name, index, tenths) {
	const look = classLook(name, index);

	if (look.plain)
		return channels(theme[name] || theme.reserved);
	return blend(theme.ground, look.hue, 0.34 + 0.66 * tenths / 9);
}

const css = ([r, g, b]) => `rgb(${r} ${g} ${b})`;
const luminance = ([r, g, b]) => 0.299 * r + 0.587 * g + 0.114 * b;

/* each pattern as lines in a unit square */
const PATTERNS = {
	rising: [[0, 1, 1, 0]],
	falling: [[0, 0, 1, 1]],
	cross: [[0, 0, 1, 1], [0, 1, 1, 0]],
	level: [[0, 0.5, 1, 0.5]],
	upright: [[0.5, 0, 0.5, 1]],
	grid: [[0.5, 0, 0.5, 1], [0, 0.5, 1, 0.5]],
	dot: [[0.35, 0.5, 0.65, 0.5]],
};

function drawPattern(context, pattern, size) {
	context.lineWidth = pattern === 'dot' ? size * 0.3 : Math.max(1, size / 8);
	context.beginPath();
	for (const [x0, y0, x1, y1] of PATTERNS[pattern] || []) {
		context.moveTo(x0 * size, y0 * size);
		context.lineTo(x1 * size, y1 * size);
	}
	context.stroke();
}

function drawDigit(context, tenths, size) {
	context.font = `${Math.round(size * 0.78)}px ui-monospace, monospace`;
	context.textAlign = 'center';
	context.textBaseline = 'middle';
	context.fillText(String(tenths), size / 2, size * 0.54);
}

/* a state's picture, @size pixels wide without the line that parts it from its neighbors */
function drawState(context, theme, state, size, marks) {
	const { name, index, tenths } = state;
	const color = stateColor(theme, name, index, tenths), look = classLook(name, index);
	const ink = luminance(color) > 120 ? '0 0 0' : '255 255 255';

	context.fillStyle = css(color);
	context.fillRect(0, 0, size, size);
	context.strokeStyle = `rgb(${ink} / 0.55)`;
	context.fillStyle = `rgb(${ink} / ${look.plain ? 0.35 : 0.85})`;
	if (marks === 'pattern' && look.pattern)
		drawPattern(context, look.pattern, size);
	if (marks === 'digits' && name !== 'absent' && name !== 'reserved')
		drawDigit(context, tenths, size);
}

/* The pictures of all states for one size of cell, as rows of pixels. */
class Sprites {
	constructor(classes, cell, theme, marks) {
		const canvas = element('canvas', { width: cell, height: cell });
		const context = canvas.getContext('2d', { willReadFrequently: true });

		this.cell = cell;
		this.size = cell > 3 ? cell - 1 : cell;
		this.pixels = [];
		classes.forEach((name, index) => {
			for (let tenths = 0; tenths < 10; tenths++) {
				const state = { name, index, tenths };

				drawState(context, theme, state, this.size, marks);
				this.pixels.push(Sprites.#copy(context, this.size));
			}
		});
	}

	static #copy(context, size) {
		return new Uint32Array(context.getImageData(0, 0, size, size).data.buffer);
	}

	/* @target: pixels of a picture @width wide */
	stamp(target, width, x, y, code) {
		const { size } = this, source = this.pixels[code];
		let to = y * width + x;

		for (let i = 0; i < size * size; to += width)
			for (let column = 0; column < size; column++)
				target[to + column] = source[i++];
	}
}
