import { decimalPlacesOf } from '../currencies.ts';

/** Follows the reader's choice of light or dark, and fits a telephone: nothing is wider than the screen. */
const style = `:root{color-scheme:light dark;--ink:light-dark(#1a1f36,#e6eaf2);--paper:light-dark(#f6f8fb,#10131a);
--card:light-dark(#fff,#191e29);--faint:light-dark(#5a6380,#9aa5bd);--rule:light-dark(#dfe4ed,#2b3243);
--link:light-dark(#4338ca,#a5b4fc);--good:light-dark(#0b6b43,#6ee7b7);--good-paper:light-dark(#dcf5e8,#0f3326);
--bad:light-dark(#a1163d,#fda4b8);--bad-paper:light-dark(#fde6ec,#431525);--odd:light-dark(#8a4b00,#fcd38a);
--odd-paper:light-dark(#fff1d6,#402c0a)}
*{box-sizing:border-box}body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;padding:1.5rem;max-width:72rem;
color:var(--ink);background:var(--paper)}h1{font-size:1.5rem;line-height:1.25;margin:0 0 .25rem}
h2{font-size:1rem;margin:1.5rem 0 .5rem}p{margin:.25rem 0}a{color:var(--link)}
.faint{color:var(--faint)}.small{font-size:.85rem}.break{overflow-wrap:anywhere}
form{display:flex;flex-wrap:wrap;gap:.75rem;align-items:end;margin:1rem 0;padding:1rem;background:var(--card);
border:1px solid var(--rule);border-radius:.6rem}label{display:grid;gap:.2rem;flex:1 1 11rem;font-size:.85rem;
color:var(--faint)}select,input,button{font:inherit;min-height:2.75rem;width:100%;padding:.4rem .6rem;color:var(--ink);
background:var(--paper);border:1px solid var(--rule);border-radius:.4rem}button{flex:0 0 auto;width:auto;
padding:.4rem 1.2rem;color:#fff;background:light-dark(#4338ca,#4f46e5);border:0;cursor:pointer}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
ol.journal{list-style:none;margin:0;padding:0;display:grid;gap:.5rem;
grid-template-columns:minmax(0,1fr)}
.entry{background:var(--card);border:1px solid var(--rule);border-radius:.6rem;padding:.6rem .9rem}
.entry.bad{border-left:4px solid var(--bad)}.head{display:flex;flex-wrap:wrap;gap:.25rem .6rem;align-items:baseline}
.head strong{overflow-wrap:anywhere}.head .time{margin-left:auto;white-space:nowrap}
.tag{display:inline-block;padding:0 .5rem;border-radius:1rem;font-size:.8rem;white-space:nowrap;
background:var(--paper);border:1px solid var(--rule)}.tag.good{color:var(--good);background:var(--good-paper);
border-color:transparent}.tag.bad{color:var(--bad);background:var(--bad-paper);border-color:transparent}
.tag.odd{color:var(--odd);background:var(--odd-paper);border-color:transparent}
details{margin-top:.35rem}summary{cursor:pointer;overflow-wrap:anywhere;color:var(--link);padding:.2rem 0}
pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:.3rem 0;padding:.6rem;font-size:.8rem;background:var(--paper);
border-radius:.4rem;max-height:24rem;overflow:auto}
table{border-collapse:collapse;width:100%;margin:.4rem 0}td,th{text-align:left;padding:.35rem .5rem;
border-bottom:1px solid var(--rule);vertical-align:top}th{font-weight:600;font-size:.85rem;color:var(--faint)}
tr:last-child>td,tr:last-child>th{border-bottom:0}
tfoot th{color:var(--ink);font-size:inherit}.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.paper{background:var(--card);border:1px solid var(--rule);border-radius:.6rem;padding:1.25rem;max-width:44rem;
margin-top:1rem}.rules{display:flex;flex-wrap:wrap;gap:.4rem}.rules .tag{white-space:normal;overflow-wrap:anywhere}
@media(max-width:40rem){body{padding:1rem .75rem}.head .time{margin-left:0}form{padding:.75rem}label,button{flex:1 1 8.5rem}
td,th{padding:.35rem .25rem}}`;

export function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,"><title>${escapeHtml(title)}</title>
<style>${style}</style></head><body><main><h1>${escapeHtml(title)}</h1>${body}</main></body></html>`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** What an invoice consists of, in the order in which it was sent. */
export interface ShownLine {
  readonly description: string;
  readonly quantity: string;
  /** Minor units. */
  readonly amount: number;
}

/** A table of lines, with sums below them. */
export function linesTable(
  lines: readonly ShownLine[],
  sums: readonly (readonly [string, number])[],
  currency: string,
): string {
  const rows = lines.map(
    ({ description, quantity, amount }) =>
      `<tr><td class="break">${escapeHtml(description)}</td><td class="number">${escapeHtml(quantity)}</td>
       <td class="number">${formatMoney(amount, currency)}</td></tr>`,
  );
  const below = sums.map(
    ([name, minor]) =>
      `<tr><th colspan="2" scope="row">${name}</th><td class="number"><strong>${formatMoney(minor, currency)}</strong></td></tr>`,
  );
  return `<table><thead><tr><th>Description</th><th class="number">Quantity</th><th class="number">Amount</th></tr></thead>
    <tbody>${rows.join('')}</tbody><tfoot>${below.join('')}</tfoot></table>`;
}

/** 123456 US cents → `1,234.56 USD`. By whole digits, so that no amount is too large to be shown exactly. */
export function formatMoney(minor: number, currency: string): string {
  const places = decimalPlacesOf(currency);
  const digits = String(Math.abs(minor)).padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places).replace(/\B(?=(\d{3})+$)/g, ',');
  const fraction = places === 0 ? '' : `.${digits.slice(-places)}`;
  return `${minor < 0 ? '−' : ''}${whole}${fraction} ${currency.toUpperCase()}`;
}
