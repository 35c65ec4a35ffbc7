/** The forms in which the matrix of tenants is printed. */
import { allowedPorts, inWords } from '../../netpol/reach/connectionSet.ts';
import type { TenantCell, TenantEnd, TenantReach } from '../../netpol/reach/tenants.ts';
import { columns } from '../columns.ts';
import { counted } from '../counted.ts';
import { graph } from '../graph.ts';
import { markup, page } from '../page.ts';
import type { Markup } from '../page.ts';
import type { Output } from '../terminal.ts';

/** The JSON contract of `matrix`. A tenant is null where namespaces lack the label; pairs without a path are left out. */
export function printJson(label: string, { tenants, cells }: TenantReach, output: Output): void {
  const told = cells.map(({ allowed, ...cell }) =>
    allowed === undefined ? cell : { ...cell, allowed: allowedPorts(allowed) },
  );
  output.write(`${JSON.stringify({ tenantLabel: label, tenants, cells: told }, null, 2)}\n`);
}

/** More tenants than this make no grid that fits a screen. */
const widestGrid = 16;

export function printText(label: string, reach: TenantReach, output: Output): void {
  const { tenants, cells } = reach;
  const across = cells.filter(isAcross);
  const pods = tenants.reduce((sum, tenant) => sum + tenant.pods, 0);
  output.write(
    `${counted(tenants.length, 'tenant')} by ${label}, ${counted(pods, 'pod')}; ` +
      `${across.length === 0 ? 'no path between tenants' : `${counted(across.length, 'path')} between tenants`}\n\n`,
  );
  if (tenants.length <= widestGrid) output.write(grid(reach));
  else printTable(label, reach, output);
  if (across.length === 0 || tenants.length > widestGrid) return;
  output.write(
    `\nbetween tenants:\n${columns(across.map((cell) => [`  ${nameOf(cell.source)} -> ${nameOf(cell.destination)}`, told(cell)]))}`,
  );
}

export function printTable(_label: string, { cells }: TenantReach, output: Output): void {
  const rows = cells.map((cell) => [nameOf(cell.source), nameOf(cell.destination), told(cell)]);
  output.write(columns([['SOURCE', 'DESTINATION', 'PATHS'], ...rows]));
}

export function printDot(label: string, { tenants, cells }: TenantReach, output: Output): void {
  const ends: readonly TenantEnd[] = [...tenants.map(({ tenant }) => ({ tenant })), { outside: true }];
  const nodes = ends.map((end) => ({ id: nameOf(end), label: nameOf(end) }));
  const edges = cells.map((cell) => ({
    from: nameOf(cell.source),
    to: nameOf(cell.destination),
    label: told(cell),
  }));
  output.write(graph(label, nodes, edges));
}

export function printHtml(label: string, reach: TenantReach, output: Output): void {
  const ends = endsOf(reach);
  const find = finder(reach);
  const across = reach.cells.filter(isAcross);
  const row = (source: TenantEnd): Markup =>
    markup`<tr><th scope="row">${nameOf(source)}</th>${ends.map((destination) => cellOf(find(source, destination), source, destination))}</tr>
`;
  const withPorts = reach.cells.some(({ allowed }) => allowed !== undefined);
  const tight = ends.length > widestLevelHead && !withPorts;
  const body = markup`<h1>Who can talk to whom, by ${label}</h1>
<p>Rows open connections, columns receive them. A number counts the pairs of namespaces between which some pod can reach another, or, with
addresses outside the cluster, the namespaces. ${across.length === 0 ? 'There is no path between tenants.' : `Paths between tenants: ${across.length}.`}</p>
<ul class="key"><li><b class="far">1</b> between tenants</li><li><b class="own">1</b> within a tenant, or with addresses outside</li>
<li>- no path</li><li>(none): namespaces without the label</li></ul>
<div class="scroll" tabindex="0" role="region" aria-label="Matrix of tenants"><table class="${tight ? 'tight' : 'level'}">
<thead><tr><th scope="col">from \\ to</th>${ends.map((end) => markup`<th scope="col">${nameOf(end)}</th>`)}</tr></thead>
<tbody>
${ends.map(row)}</tbody></table></div>
${across.length === 0 ? [] : listOf(across)}`;
  output.write(page('Who can talk to whom, by tenant', body));
}

/** With more columns than this, their heads stand upright. */
const widestLevelHead = 8;

/** What the grid shows in colour, in words. */
const listOf = (across: readonly TenantCell[]): Markup => markup`<h2>Between tenants</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Paths between tenants"><table>
<thead><tr><th scope="col">From</th><th scope="col">To</th><th scope="col">Paths</th></tr></thead>
<tbody>
${across.map(
  (
    cell,
  ) => markup`<tr><td>${nameOf(cell.source)}</td><td>${nameOf(cell.destination)}</td><td class="wrap">${told(cell)}</td></tr>
`,
)}</tbody></table></div>
`;

function cellOf(cell: TenantCell | undefined, source: TenantEnd, destination: TenantEnd): Markup {
  const title = `${nameOf(source)} to ${nameOf(destination)}`;
  if (cell === undefined) return markup`<td class="dim" title="${title}: no path">-</td>`;
  return markup`<td class="${isAcross(cell) ? 'far' : 'own'}" title="${title}">${told(cell)}</td>`;
}

/** Rows and columns: every tenant, and outside where somebody can reach or be reached. */
function endsOf({ tenants, cells }: TenantReach): readonly TenantEnd[] {
  const inside = tenants.map(({ tenant }) => ({ tenant }));
  const outside = cells.some(({ source, destination }) => 'outside' in source || 'outside' in destination);
  return outside ? [...inside, { outside: true }] : inside;
}

function finder({
  cells,
}: TenantReach): (source: TenantEnd, destination: TenantEnd) => TenantCell | undefined {
  const key = (source: TenantEnd, destination: TenantEnd): string => JSON.stringify([source, destination]);
  const known = new Map(cells.map((cell) => [key(cell.source, cell.destination), cell]));
  return (source, destination) => known.get(key(source, destination));
}

function grid(reach: TenantReach): string {
  const ends = endsOf(reach);
  const find = finder(reach);
  const head = ['from \\ to', ...ends.map(nameOf)];
  const rows = ends.map((source) => [
    nameOf(source),
    ...ends.map((destination) => String(find(source, destination)?.paths ?? '.')),
  ]);
  return columns([head, ...rows]);
}

/** Between two tenants; those without the label count as one more. */
const isAcross = ({ source, destination }: TenantCell): boolean =>
  'tenant' in source && 'tenant' in destination && source.tenant !== destination.tenant;

const told = ({ paths, allowed }: TenantCell): string =>
  allowed === undefined ? String(paths) : `${paths} (${inWords(allowed)})`;

const nameOf = (end: TenantEnd): string => ('outside' in end ? '(outside)' : (end.tenant ?? '(none)'));
