/** A self-contained HTML page: nothing is loaded, nothing runs, every text is escaped. */
import { createHash } from 'node:crypto';

/** Markup, as opposed to text that has to be escaped. Made by {@link markup} only. */
export interface Markup {
  readonly source: string;
}

type Part = string | number | Markup | readonly Markup[];

/** A template in which everything put in is escaped, except markup. */
export function markup(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const source = texts.map((text, at) => `${text}${at < parts.length ? show(parts[at] ?? '') : ''}`).join('');
  return { source };
}

function show(part: Part): string {
  if (typeof part === 'string' || typeof part === 'number') return escape(String(part));
  return 'source' in part ? part.source : part.map(({ source }) => source).join('');
}

const escape = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

const style = `
:root{color-scheme:light dark;--line:light-dark(#ccd2da,#3a424d);--soft:light-dark(#f4f6f8,#1d2229);--ink:light-dark(#17202b,#e6eaf0);
--dim:light-dark(#526070,#9aa6b4);--yes:light-dark(#0b6b3a,#6fd49b);--own:light-dark(#e7f3ec,#17352a);--far:light-dark(#fdf0d9,#46361a);--ring:light-dark(#1257c4,#8ab8ff)}
body{margin:0 auto;max-width:80rem;padding:1.5rem;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:light-dark(#fff,#12161b)}
h1{font-size:1.4rem;margin:0 0 .25rem}h2{font-size:1.05rem;margin:1.5rem 0 .5rem}p{margin:.25rem 0 1rem;color:var(--dim);max-width:60rem}
.scroll{overflow:auto;max-height:80vh;box-sizing:border-box;width:fit-content;max-width:100%;border:1px solid var(--line);border-radius:6px}
table{border-collapse:separate;border-spacing:0;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;white-space:nowrap}
thead th{position:sticky;top:0;background:var(--soft);z-index:1}tbody th{position:sticky;left:0;background:var(--soft);font-weight:500}
thead th:first-child{left:0;z-index:2}.own{background:var(--own)}.far{background:var(--far)}.far,.key .far{font-weight:600}td.wrap{white-space:normal}tbody tr:last-child>*{border-bottom:0}
.key{display:flex;flex-wrap:wrap;gap:.4rem 1rem;padding:0;margin:0 0 1rem;list-style:none}.key b{font-weight:inherit;padding:.1rem .5rem;border-radius:4px}
table.tight thead th:not(:first-child){writing-mode:vertical-rl;transform:rotate(180deg);padding:.6rem .3rem;border-bottom:0;border-top:1px solid var(--line)}table.tight td{text-align:center}
details{border:1px solid var(--line);border-radius:6px;margin:.4rem 0}summary{padding:.4rem .7rem;cursor:pointer;background:var(--soft);border-radius:6px}
details>.scroll{border:0;max-height:none;width:auto}summary{overflow-wrap:anywhere}code{font:13px/1.4 ui-monospace,monospace}.dim{color:var(--dim)}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:3px solid var(--ring);outline-offset:2px}
@media print{.scroll{max-height:none;overflow:visible}details{break-inside:avoid}}
`;

/** The page. Its policy allows this one style, by its hash, and nothing else: no script, no image, no frame, no request. */
export function page(title: string, body: Markup): string {
  const hash = createHash('sha256').update(style).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const { source } = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        <style>${{ source: style }}</style>
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html> `;
  return source;
}
