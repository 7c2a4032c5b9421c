/* SPDX-License-Identifier: GPL-2.0-only */
/* What every part of the page uses. Texts of reports only ever go in by textContent. */

const $ = (id) => document.getElementById(id);

function element(tag, attributes = {}, ...children) {
	const node = document.createElement(tag);

	for (const [name, value] of Object.entries(attributes))
		node.setAttribute(name, value);
	node.append(...children);
	return node;
}

function svg(tag, attributes = {}, ...children) {
	const node = document.createElementNS('http://www.w3.org/2000/svg', tag);

	for (const [name, value] of Object.entries(attributes))
		node.setAttribute(name, value);
	node.append(...children);
	return node;
}

const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const count = (n) => grouped.format(n);

/* 1234567 as 1.23M: for axes and for numbers that move */
function brief(n) {
	for (const [unit, size] of [['G', 1e9], ['M', 1e6], ['k', 1e4]])
		if (Math.abs(n) >= size) {
			const scaled = unit === 'k' ? n / 1e3 : n / size;

			return `${Number(scaled.toPrecision(3))}${unit}`;
		}
	return count(Math.abs(n) < 10 ? n : Math.round(n));
}

function bytes(n) {
	const units = ['KiB', 'MiB', 'GiB', 'TiB'];
	let unit = 0;

	for (n /= 1024; n >= 1024 && unit < units.length - 1; unit++)
		n /= 1024;
	return `${Number(n.toPrecision(3))} ${units[unit]}`;
}

function seconds(ns) {
	const s = ns / 1e9;

	return s >= 600 ? `${Math.floor(s / 60)} min ${Math.round(s % 60)} s` :
		`${s.toFixed(s < 1 ? 3 : 1)} s`;
}

/* the last index whose value is not past @limit; -1 when all are */
function lastAt(sorted, limit) {
	let low = 0, high = sorted.length;

	while (low < high) {
		const middle = (low + high) >> 1;

		if (sorted[middle] <= limit)
			low = middle + 1;
		else
			high = middle;
	}
	return low - 1;
}
