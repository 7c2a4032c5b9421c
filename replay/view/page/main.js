/* SPDX-License-Identifier: GPL-2.0-only */
/* The page: policies out of the reports, the controls, and what follows when one of them moves. */

const LARGEST_CELL = 18, MAP_HEIGHT = 640, MAP_LIMIT = 12000;
const SMALLEST_CELL = { color: 2, pattern: 5, digits: 10 };
const FRAME_MS = 120;
const STYLES = 8;

/* one line of a chart, one map, one column: a policy of a report */
function readPolicy(policy, report, at, several) {
	const name = String(policy.policy);
	const timeline = Array.isArray(policy.timeline) ? policy.timeline : [];
	const result = {
		label: several ? `${name} (${report.name})` : name,
		/* what the real machine did: the others are held against it when asked alone */
		isObserved: name === 'observed',
		timeline, sampleTimes: timeline.map((sample) => sample.t_ns),
		style: at % STYLES, on: true, trouble: null,
		blocks: null, tallies: null,
	};

	const { superpageblocks = {} } = policy.spb || {};

	if (policy.map) {
		try {
			result.blocks = new Blocks(policy.map, superpageblocks.pages);
			if (result.blocks.rows.length)
				result.tallies = readTallies(result.blocks);
			if (result.tallies)
				result.timeline = countFree(result);
		} catch (error) {
			result.trouble = `${result.label}: ${error.message}`;
		}
	}
	return result;
}

/* a report's file without its directories, where that tells them apart */
function nameReports(reports) {
	const short = reports.map(({ name }) => String(name).split('/').pop());

	reports.forEach((report, at) => {
		if (new Set(short).size === reports.length)
			report.name = short[at];
	});
}

function readPolicies(reports) {
	nameReports(reports);
	const all = reports.flatMap((report) => (report.policies || []).map((p) => [p, report]));

	return all.map(([policy, report], at) =>
		readPolicy(policy, report, at, reports.length > 1));
}

/* a recording is a directory, whose trace is always called the same */
function traceName(path) {
	const parts = String(path || 'trace').split('/').filter(Boolean), last = parts.pop();

	return last === 'trace.dat' && parts.length ? parts.pop() : last;
}

function describeReport({ trace = {}, machine = {} }) {
	const facts = [];

	if (machine.kernel || trace.kernel)
		facts.push(`Linux ${machine.kernel || trace.kernel}`);
	if (machine.pages)
		facts.push(`${bytes(machine.pages * 4096)} of memory`);
	if (trace.cpus)
		facts.push(`${trace.cpus} CPU${trace.cpus > 1 ? 's' : ''}`);
	if (isNumber(trace.duration_ns))
		facts.push(seconds(trace.duration_ns));
	if (trace.records)
		facts.push(`${count(trace.records)} events`);
	if (trace.digest)
		facts.push(`digest ${trace.digest}`);
	return facts.join(' · ');
}

function doubts({ trace = {}, interrupted }) {
	const found = [];

	if (interrupted)
		found.push('The replay was interrupted: these are results up to there.');
	if (trace.complete === false)
		found.push('The trace is damaged or incomplete: these are results up to the damage.');
	if (trace.lost > 0)
		found.push(`The tracer lost ${count(trace.lost)} events.`);
	return found;
}

/* what each row of the map holds; none of a row that cannot be read, which drawing it reports */
function readTallies(blocks) {
	try {
		return blocks.rows.map((_, row) => {
			blocks.seek(row);
			return blocks.tally();
		});
	} catch {
		return null;
	}
}

/*
 * A free huge page on a per-CPU list is on no free list, of which the samples are: the curve of
 * free pageblocks counts as the map and the table do.
 */
function countFree({ blocks, tallies, timeline }) {
	const free = ['free', 'highatomic'].map((name) => blocks.classes.indexOf(name));

	return timeline.map((sample) => {
		const tally = tallies[blocks.rowAt(sample.t_ns)];
		const n = free.reduce((sum, at) => sum + (tally[at] || 0), 0);

		return { ...sample, free_blocks: n * blocks.blockPages };
	});
}

class Page {
	constructor(data) {
		this.reports = data.reports;
		this.policies = readPolicies(this.reports);
		this.chosen = -1;
		this.row = 0;
		this.timer = null;
		this.dark = matchMedia('(prefers-color-scheme: dark)');
		this.times = [...new Set(this.policies.flatMap((policy) =>
			[...policy.sampleTimes, ...(policy.blocks ? policy.blocks.times : [])]))]
			.filter(isNumber).sort((a, b) => a - b);
		this.#head();
		this.#build(data.table || [], data.curves || []);
		this.#controls();
		this.#watch();
		this.arrange();
	}

	note(text) {
		$('notes').append(element('p', { class: 'note' }, text));
	}

	#head() {
		const names = this.reports.map((r) => traceName((r.trace || {}).path));

		$('title').textContent = [...new Set(names)].join(', ');
		document.title = `${names.join(', ')}: fragreplay`;
		for (const text of new Set(this.reports.map(describeReport)))
			$('about').append(element('span', {}, text));
		for (const text of new Set(this.reports.flatMap(doubts)))
			this.note(text);
		if (new Set(this.reports.map(({ trace = {} }) => trace.digest)).size > 1)
			this.note('These reports are of different traces: what differs between them is' +
				' not the policies alone.');
		for (const { trouble } of this.policies)
			if (trouble)
				this.note(`The map cannot be read: ${trouble}.`);
		const { tool = {} } = this.reports[0] || {};

		$('made').textContent = `Made by ${tool.name || 'fragreplay'} ${tool.version || ''}. ` +
			'Everything shown is in this file; it loads nothing.';
	}

	#build(rows, curves) {
		const end = this.times.length ? this.times[this.times.length - 1] : 0;
		const mapped = this.policies.filter(({ blocks }) => blocks && blocks.rows.length);
		const go = (t) => this.go(this.#nearest(t));

		this.maps = mapped.map((policy) => new MapView(policy, this));
		$('maps').replaceChildren(...this.maps.map(({ figure }) => figure));
		this.charts = curves.map((metric) =>
			new Chart(new Curve(metric), this.policies, end, go));
		$('charts').replaceChildren(...this.charts.map(({ figure }) => figure));
		this.totals = new Totals($('table'), rows, this.policies);
		$('against').append(...this.policies.map(({ label }, at) =>
			element('option', { value: at }, label)));
		$('against').value = Math.max(0, this.policies.findIndex((p) => !p.isObserved));
		$('against').parentNode.hidden = this.policies.length < 2;
		$('memory').hidden = !this.maps.length;
		$('curves').hidden = this.policies.every(({ timeline }) => !timeline.length);
		const silent = this.policies.filter(({ timeline }) => !timeline.length);

		$('curves-about').textContent = silent.length ?
			`No samples over time of: ${silent.map(({ label }) => label).join(', ')}.` : '';
		$('totals').hidden = !rows.length;
		$('totals-about').textContent = rows.some(({ sd }) => sd.some(isNumber)) ?
			'Mean and standard deviation of the seeds. ▲ is better, ▽ worse, where' +
			' Welch’s t test gives p below 0.05; all else may be chance.' :
			'One run of each: what is chance cannot be told. `--seeds 8` tells it.';
		$('clock').hidden = !this.times.length;
		if (!this.times.length)
			this.note('The report has no samples over time: `fragreplay run --timeline 500`' +
				' takes one every 500 ms, for the maps and curves that belong here.');
	}

	#controls() {
		const time = $('time'), group = $('group');
		const orders = this.maps.map(({ blocks }) => blocks.superOrder);
		const order = orders.find((o) => o !== null);

		time.max = Math.max(0, this.times.length - 1);
		this.row = this.#mostDifferent();
		time.value = this.row;
		group.checked = order !== undefined;
		time.addEventListener('input', () => this.go(Number(time.value)));
		for (const id of ['group', 'marks', 'counting', 'against'])
			$(id).addEventListener('change', () => this.arrange());
		$('play').addEventListener('click', () => this.play(!this.timer));
		this.policies.forEach((policy) => $('policies').append(this.#toggle(policy)));
	}

	/*
	 * The moment at which the numbers of pageblocks of each class differ most between the first
	 * policy and another; the end where there is nothing to compare.
	 */
	#mostDifferent() {
		const maps = this.policies.filter(({ isObserved, tallies }) =>
			!isObserved && tallies);
		let found = this.times.length - 1, most = 0;

		if (maps.length < 2)
			return Math.max(found, 0);
		this.times.forEach((t, row) => {
			const [first, ...others] = maps.map(({ blocks, tallies }) =>
				tallies[blocks.rowAt(t)]);
			const apart = (tally) => tally.reduce((sum, n, i) =>
				sum + Math.abs(n - (first[i] || 0)), 0);
			const difference = Math.max(...others.map(apart));

			if (difference >= most) {
				most = difference;
				found = row;
			}
		});
		return found;
	}

	#toggle(policy) {
		const box = element('input', { type: 'checkbox', checked: '' });

		box.addEventListener('change', () => {
			policy.on = box.checked;
			this.arrange();
		});
		return element('label', {}, box, policyKey(policy), policy.label);
	}

	#watch() {
		let width = $('maps').clientWidth;

		new ResizeObserver(() => {
			if (width !== $('maps').clientWidth && !this.printing)
				this.arrange();
			width = $('maps').clientWidth;
		}).observe($('maps'));
		this.dark.addEventListener('change', () => this.arrange());
		/* paper is white, whatever the screen is */
		for (const [event, printing] of [['beforeprint', true], ['afterprint', false]])
			addEventListener(event, () => {
				this.printing = printing;
				this.arrange();
			});
	}

	#nearest(t) {
		const before = Math.max(0, lastAt(this.times, t)), after = before + 1;

		return after < this.times.length && this.times[after] - t < t - this.times[before] ?
			after : before;
	}

	play(on) {
		clearInterval(this.timer);
		this.timer = on ? setInterval(() => this.#tick(), FRAME_MS) : null;
		if (on && this.row >= this.times.length - 1)
			this.go(0);
		$('play').textContent = on ? 'Pause' : 'Play';
		$('play').setAttribute('aria-pressed', String(on));
	}

	#tick() {
		if (this.row >= this.times.length - 1)
			this.play(false);
		else
			this.go(this.row + 1);
	}

	go(row) {
		this.row = row;
		$('time').value = row;
		this.draw();
	}

	/* everything but the time changed: sizes, marks, colors, which policies are shown */
	arrange() {
		const theme = this.dark.matches && !this.printing ? DARK : LIGHT;

		this.policies.forEach((policy) => {
			const map = this.maps.find((m) => m.policy === policy);

			if (map)
				map.figure.hidden = !policy.on;
		});
		this.#arrangeMaps(theme);
		for (const chart of this.charts)
			chart.arrange($('counting').value === 'interval');
		this.totals.arrange(Number($('against').value));
		this.draw();
	}

	#arrangeMaps(theme) {
		const shown = this.maps.filter(({ policy }) => policy.on);
		const ratio = Math.max(1, Math.min(3, Math.round(devicePixelRatio || 1)));

		if (!shown.length) {
			this.#legend([], theme);
			return;
		}
		const layouts = new Map();

		$('maps').style.setProperty('--maps', shown.length);
		for (const map of shown) {
			const zones = JSON.stringify(map.blocks.zones);

			if (!layouts.has(zones))
				layouts.set(zones, this.#layout(map, ratio));
			const layout = layouts.get(zones);

			map.arrange(layout, new Sprites(map.blocks.classes, layout.cell, theme,
				this.#marks(map.blocks.count)), theme, ratio);
		}
		this.#legend(shown[0].blocks.classes, theme);
		this.#scale(shown[0]);
	}

	/* marks need cells that can hold them, and a canvas has its limits */
	#marks(blocks) {
		const wanted = $('marks').value, smallest = SMALLEST_CELL[wanted];
		const columns = Math.max(1, Math.floor($('maps').clientWidth / smallest / 3));

		return blocks / columns * smallest < MAP_LIMIT ? wanted : 'pattern';
	}

	/* superpageblocks, where the policy had none those of 1 GiB that it could have had */
	#perGroup({ superOrder, blockPages }) {
		const order = superOrder === null ? 18 : superOrder;

		return Math.max(1, Math.min(2 ** order / blockPages, 1 << 16));
	}

	#layout(map, ratio) {
		const { blocks } = map, marks = this.#marks(blocks.count);
		const options = {
			width: Math.floor((map.figure.clientWidth || 320) * ratio),
			height: MAP_HEIGHT * ratio, largest: LARGEST_CELL * ratio,
			smallest: SMALLEST_CELL[marks] * ratio,
			group: $('group').checked ? this.#perGroup(blocks) : 0,
			gap: 3 * ratio, label: (LABEL_SIZE + 7) * ratio,
		};
		const layout = Layout.fit(blocks.zones, options);

		return layout.height <= MAP_LIMIT * ratio ? layout :
			Layout.fit(blocks.zones, { ...options, smallest: 1 });
	}

	#scale({ blocks }) {
		const size = bytes(blocks.blockPages * 4096);
		const group = $('group').checked ? `, a group ${bytes(this.#perGroup(blocks) *
			blocks.blockPages * 4096)}` : '';

		$('scale').textContent = `A cell is a pageblock of ${size}${group}. ` +
			'Stronger color: more of it in use.';
	}

	#legend(classes, theme) {
		const marks = $('marks').value;

		$('legend').replaceChildren(...classes.map((name, index) => {
			const degrees = classLook(name, index).plain ? [0] : [1, 5, 9];
			const strip = element('canvas', { width: 20 * degrees.length, height: 20,
				'aria-hidden': 'true' });
			const context = strip.getContext('2d');

			degrees.forEach((tenths, at) => {
				context.setTransform(1, 0, 0, 1, 20 * at, 0);
				drawState(context, theme, { name, index, tenths }, 19, marks);
			});
			return name === 'absent' ? '' : element('li', {}, strip, name);
		}));
	}

	draw() {
		const t = this.times.length ? this.times[this.row] : 0;

		$('now').textContent = seconds(t);
		$('time').setAttribute('aria-valuetext', seconds(t));
		for (const map of this.maps.filter(({ policy }) => policy.on))
			this.#drawMap(map, t);
		for (const chart of this.charts)
			chart.draw(t);
		if (this.chosen >= 0)
			this.choose(this.chosen);
	}

	/* A row that cannot be read is reported once, and the map stays as it was. */
	#drawMap(map, t) {
		try {
			map.draw(t);
		} catch (error) {
			if (!map.policy.trouble)
				this.note(`The map of ${map.policy.label} cannot be read: ${error.message}.`);
			map.policy.trouble = error.message;
		}
	}

	/* a block was pointed at or gone to: mark it everywhere and say what it holds */
	choose(block) {
		const shown = this.maps.filter(({ policy }) => policy.on);

		this.chosen = block;
		for (const map of shown)
			map.mark(block);
		$('block').replaceChildren(...this.#describe(block, shown));
	}

	#describe(block, shown) {
		const known = shown.filter(({ blocks }) => block < blocks.count);

		if (!known.length)
			return [];
		const { blocks } = known[0], zone = blocks.zoneOf(block);
		const number = zone.block + block - zone.first, pfn = number * blocks.blockPages;
		const hex = (n) => `0x${n.toString(16)}`;

		const range = `${hex(pfn)}–${hex(pfn + blocks.blockPages - 1)}`;

		return [element('b', {}, `Block ${count(number)}`),
			element('span', {}, `zone ${zone.name}, pfn ${range}`),
			...known.map(({ policy, blocks: own }) => {
				const { name, tenths } = own.describe(block);
				const full = tenths === 9 ? '90–100' : `${10 * tenths}–${10 * tenths + 10}`;
				const fill = ['absent', 'reserved', 'free'].includes(name) ? '' : `, ${full}% in use`;

				return element('span', {}, policyKey(policy), `${policy.label}: ${name}${fill}`);
			})];
	}
}

try {
	new Page(JSON.parse($('reports').textContent));
} catch (error) {
	$('notes').append(element('p', { class: 'note' }, `The page cannot be shown: ${error.message}`));
	throw error;
}
/* tests read how long it took to be there */
requestAnimationFrame(() => setTimeout(() => performance.mark('fragreplay-shown')));
