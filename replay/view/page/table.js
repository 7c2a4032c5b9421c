/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The numbers at the end, as `fragreplay diff` has them: each policy against one of them. Which way
 * is better comes with the metric; a sign says better or worse too, not the color alone. What may
 * be chance, or has one run alone, has neither sign nor color.
 */

/* as in `fragreplay diff`: a p value from here on is no finding */
const ALPHA = 0.05;

function change(base, value) {
	if (!isNumber(base) || !isNumber(value) || base === value)
		return null;
	return base === 0 ? Infinity : 100 * (value - base) / Math.abs(base);
}

function changeText(percentage) {
	if (percentage === null)
		return '';
	if (percentage === Infinity)
		return 'from 0';
	const digits = Math.abs(percentage) < 1000 ? 1 : 0;

	return `${percentage > 0 ? '+' : '−'}${Math.abs(percentage).toFixed(digits)}%`;
}

/* better, worse, or neither of the two */
function verdict(better, base, value, p) {
	if (better === 'neither' || base === value || !isNumber(p) || p >= ALPHA)
		return '';
	return (value > base) === (better === 'higher') ? 'better' : 'worse';
}

const pText = (p) => (p < 0.001 ? 'p<0.001' : `p=${p.toPrecision(2)}`);

function valueCell(row, at) {
	const value = row.values[at], sd = row.sd[at];
	const shown = Math.abs(value) < 100 ? value : Math.round(value);
	const cell = element('td', {}, isNumber(value) ? count(shown) : '–');

	if (isNumber(value) && isNumber(sd))
		cell.append(element('small', {}, ` ±${count(Number(sd.toPrecision(2)))}`));
	return cell;
}

function valueCells(row, at, against) {
	const value = row.values[at], base = row.values[against], p = row.p[against][at];

	if (at === against)
		return [valueCell(row, at)];
	const moved = change(base, value), judged = moved === null ? '' :
		verdict(row.better, base, value, p);
	const cell = element('td', { class: `change ${judged}` }, changeText(moved));

	if (judged)
		cell.append(element('span', { class: 'sign', role: 'img', 'aria-label': judged },
			judged === 'better' ? '▲' : '▽'));
	if (moved !== null && isNumber(p))
		cell.append(element('small', {}, pText(p)));
	return [valueCell(row, at), cell];
}

function tableHead(policies, against) {
	const head = element('tr', {}, element('th', { scope: 'col' }, 'Metric'));

	policies.forEach((policy, at) => {
		const cell = element('th', { scope: 'col' }, policyKey(policy), policy.label);

		if (at !== against)
			cell.colSpan = 2;
		cell.dataset.policy = at;
		head.append(cell);
	});
	return element('thead', {}, head);
}

function tableBody(rows, policies, against) {
	const body = element('tbody');

	for (const row of rows) {
		const title = `${row.name}, ${row.unit}`;
		const line = element('tr', {}, element('th', { scope: 'row', title }, row.label));

		policies.forEach((policy, at) => {
			for (const cell of valueCells(row, at, against)) {
				cell.dataset.policy = at;
				line.append(cell);
			}
		});
		body.append(line);
	}
	return body;
}

/* The table hides the columns of policies that are switched off. */
class Totals {
	constructor(table, rows, policies) {
		this.table = table;
		this.rows = rows;
		this.policies = policies;
	}

	/* @against: the policy that the others are held against, by its place */
	arrange(against) {
		const { table, rows, policies } = this;

		table.replaceChildren(tableHead(policies, against),
			tableBody(rows, policies, against));
		for (const cell of table.querySelectorAll('[data-policy]'))
			cell.hidden = !policies[cell.dataset.policy].on;
	}
}
