/* SPDX-License-Identifier: GPL-2.0-only */
/* A curve for each policy over time, and their values at the time that the slider names. */

const FRAME = { width: 380, height: 168, left: 46, right: 10, top: 8, bottom: 22 };

const percent = (n) => `${Number(n.toFixed(1))}%`;
const BETTER = { higher: 'more is better', lower: 'less is better' };

/* The number that a path names: "unusable_index.order9" is the tenth of an array. */
function readPath(sample, path) {
	let value = sample;

	for (const key of path.split('.')) {
		const order = /^order(\d+)$/.exec(key);

		if (value === null || typeof value !== 'object')
			return null;
		value = value[order && Array.isArray(value) ? Number(order[1]) : key];
	}
	return isNumber(value) ? value : null;
}

/*
 * What a chart shows of a metric, out of the table that `fragreplay diff --list-metrics` prints.
 * A state is what it is at a moment; all else is counted from @before, or from the start.
 */
class Curve {
	constructor({ name, kind, unit, better, plus = [name], minus = [], curve }) {
		Object.assign(this, { kind, plus, minus });
		this.title = curve.title;
		this.hint = [curve.about, BETTER[better]].filter(Boolean).join('; ');
		this.scale = curve.scale;
		this.isState = kind === 'state';
		/* without any policy that has it there is no such chart */
		this.isOptional = curve.optional;
		/* of nothing there is no rate; other numbers are missing where a trace has none */
		this.nothing = kind === 'rate' ? 'none tried' : 'not known';
		this.ceiling = unit === '%' ? 100 : 0;
		this.format = unit === '%' ? percent : brief;
		/* a sum is in the samples under its own name */
		if (kind === 'sum')
			Object.assign(this, { plus: [name], minus: [] });
	}

	#counted(path, now, before) {
		const value = readPath(now, path);

		return value === null ? null : value - (before ? readPath(before, path) : 0);
	}

	value(now, before) {
		if (this.isState) {
			const value = readPath(now, this.plus[0]);

			return value === null ? null : value * this.scale;
		}
		const [plus, minus] = [this.plus, this.minus].map((paths) =>
			paths.map((path) => this.#counted(path, now, before)));

		if ([...plus, ...minus].some((value) => value === null))
			return null;
		const sum = (values) => values.reduce((all, value) => all + value, 0);
		const good = sum(plus), all = good + sum(minus);

		if (this.kind === 'rate')
			return all > 0 ? 100 * good / all : null;
		return (good - sum(minus)) * this.scale;
	}
}

/* a round number at or above @n, and the step between lines below it, of @least or more */
function axis(n, least = 0) {
	const magnitude = 10 ** Math.floor(Math.log10(Math.max(n, 1e-9)));
	const step = Math.max(least, [0.25, 0.5, 1, 2, 2.5].map((m) => m * magnitude)
		.find((s) => 4 * s >= n) || 5 * magnitude);

	return { step, top: Math.max(step, Math.ceil(n / step - 1e-9) * step) };
}

class Chart {
	constructor(curve, policies, end, pickTime) {
		this.curve = curve;
		this.policies = policies;
		this.end = Math.max(end, 1);
		this.plot = svg('svg', { viewBox: `0 0 ${FRAME.width} ${FRAME.height}`, role: 'img' });
		this.values = element('ul', { class: 'values' });
		this.figure = element('figure', { class: 'chart' },
			element('figcaption', {}, element('strong', {}, curve.title),
				element('span', {}, curve.hint)),
			this.values, this.plot);
		this.plot.addEventListener('pointerdown', (event) => this.#pick(event, pickTime));
		this.plot.addEventListener('pointermove', (event) => {
			if (event.buttons)
				this.#pick(event, pickTime);
		});
	}

	#pick(event, pickTime) {
		const box = this.plot.getBoundingClientRect();
		const x = (event.clientX - box.left) / box.width * FRAME.width;

		pickTime((x - FRAME.left) / (FRAME.width - FRAME.left - FRAME.right) * this.end);
	}

	#x(t) {
		return FRAME.left + t / this.end * (FRAME.width - FRAME.left - FRAME.right);
	}

	#y(value) {
		const { top, bottom, height } = FRAME;

		return height - bottom - value / this.top * (height - top - bottom);
	}

	#series(policy, interval) {
		const { timeline } = policy;

		return timeline.map((sample, i) => {
			if (interval && !i && !this.curve.isState)
				return null;
			return this.curve.value(sample, interval ? timeline[i - 1] : null);
		});
	}

	/* the counting, or which policies are shown, changed */
	arrange(interval) {
		const on = this.policies.filter((policy) => policy.on && policy.timeline.length);

		this.series = new Map(on.map((p) => [p, this.#series(p, interval)]));
		this.shown = on.filter((p) =>
			!this.curve.isOptional || this.series.get(p).some(isNumber));
		const peak = Math.max(0, ...[...this.series.values()].flat().filter(isNumber));
		const { step, top } = axis(Math.max(peak, 1), 1);

		this.top = this.curve.ceiling ? Math.min(top, this.curve.ceiling) : top;
		this.step = step;
		this.cursor = svg('line', { class: 'cursor', y1: FRAME.top,
			y2: FRAME.height - FRAME.bottom });
		this.dots = this.shown.map(({ style }) =>
			svg('circle', { r: 3, class: `line${style}` }));
		this.plot.replaceChildren(...this.#grid(), ...this.shown.map((p) => this.#line(p)),
			this.cursor, ...this.dots);
		this.figure.hidden = !this.shown.some((p) =>
			this.curve.kind === 'rate' || this.series.get(p).some(isNumber));
	}

	#grid() {
		const parts = [], { left, right, width, height, bottom } = FRAME;

		for (let value = 0; value <= this.top * 1.001; value += this.step) {
			const y = this.#y(value);

			parts.push(
				svg('line', { class: 'grid', x1: left, x2: width - right,
					y1: y, y2: y }),
				svg('text', { x: left - 6, y: y + 3.5, 'text-anchor': 'end' },
					this.curve.format(value)));
		}
		const { step } = axis(this.end / 1e9);

		for (let s = 0; s <= this.end / 1e9; s += step)
			parts.push(svg('text', { x: this.#x(s * 1e9), y: height - bottom + 15,
				'text-anchor': s ? 'middle' : 'start' }, `${Number(s.toFixed(3))} s`));
		return parts;
	}

	#line(policy) {
		let path = '', pen = 'M';

		this.series.get(policy).forEach((value, i) => {
			if (value === null) {
				pen = 'M';
				return;
			}
			const x = this.#x(policy.timeline[i].t_ns), y = this.#y(value);

			path += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
			pen = 'L';
		});
		return svg('path', { class: `line line${policy.style}`, d: path });
	}

	/* the slider moved */
	draw(t) {
		const x = this.#x(Math.min(t, this.end)), texts = [];

		this.cursor.setAttribute('x1', x);
		this.cursor.setAttribute('x2', x);
		this.values.replaceChildren(...this.shown.map((policy, i) => {
			const at = Math.max(lastAt(policy.sampleTimes, t), 0);
			const value = this.series.get(policy)[at], dot = this.dots[i];
			const text = value === null ? this.curve.nothing : this.curve.format(value);

			dot.setAttribute('visibility', value === null ? 'hidden' : 'visible');
			dot.setAttribute('cx', this.#x(policy.sampleTimes[at]));
			dot.setAttribute('cy', this.#y(value || 0));
			texts.push(`${policy.label} ${text}`);
			return element('li', { title: policy.label }, policyKey(policy), text);
		}));
		this.plot.setAttribute('aria-label',
			`${this.curve.title} at ${seconds(t)}: ${texts.join(', ')}`);
	}
}

/* how a policy is drawn in charts and where it is named */
function policyKey(policy) {
	return svg('svg', { class: 'key', viewBox: '0 0 22 8', 'aria-hidden': 'true' },
		svg('line', { class: `line line${policy.style}`, x1: 0, x2: 22, y1: 4, y2: 4 }));
}
