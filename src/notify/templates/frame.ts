/** What every mail is made of, in words that are chosen already. */
export type Parts = {
  greeting: string;
  paragraphs: string[];
  rows: [label: string, value: string][];
  link: { url: string; label: string } | undefined;
  end: string;
};

/** A name with a line end in it would begin another header. */
export const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim();

export function textOf({ greeting, paragraphs, rows, link, end }: Parts): string {
  const table = rows.map(([label, value]) => `${label}: ${value}`).join('\n');
  const blocks = [
    greeting,
    ...paragraphs,
    ...(rows.length === 0 ? [] : [table]),
    ...(link === undefined ? [] : [`${link.label}:\n${link.url}`]),
    end,
  ];
  return `${blocks.join('\n\n')}\n`;
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (sign) => escapes[sign] as string);

/** Tables and inline styles: what mail programs agree on. */
export function htmlOf({ greeting, paragraphs, rows, link, end }: Parts, language: string): string {
  const paragraph = (text: string) => `<p style="margin:0 0 16px">${escaped(text).replaceAll('\n', '<br>')}</p>`;
  const cells = rows.map(
    ([label, value]) =>
      `<tr><td style="padding:4px 24px 4px 0;color:#5f6b7a">${escaped(label)}</td><td style="padding:4px 0"><strong>${escaped(value)}</strong></td></tr>`,
  );
  const isWeb = link !== undefined && /^https?:\/\//.test(link.url);
  const button = isWeb
    ? `<p style="margin:24px 0"><a href="${escaped(link.url)}" style="background:#1f3a5f;color:#ffffff;padding:12px 20px;border-radius:4px;text-decoration:none;display:inline-block">${escaped(link.label)}</a></p>`
    : '';
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>
<body style="margin:0;background:#f4f5f7"><table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:24px">
<table role="presentation" width="560" cellpadding="0" cellspacing="0" style="max-width:560px;background:#ffffff;border-radius:6px"><tr><td style="padding:32px;font:16px/1.5 -apple-system,Segoe UI,Helvetica,Arial,sans-serif;color:#1c2733">
${[greeting, ...paragraphs].map(paragraph).join('\n')}
${cells.length === 0 ? '' : `<table role="presentation" cellpadding="0" cellspacing="0" style="margin:0 0 16px">${cells.join('')}</table>`}
${button}
${paragraph(end)}
</td></tr></table></td></tr></table></body></html>
`;
}
