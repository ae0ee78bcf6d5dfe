import { createHash } from 'node:crypto';
import { extractText, getDocumentProxy } from 'unpdf';

/** A PDF as a reader of it sees it: the text of each page, what it says of itself, its links. */
export async function readPdf(bytes: Uint8Array) {
  const pdf = await getDocumentProxy(new Uint8Array(bytes));
  const { text } = await extractText(pdf, { mergePages: false });
  const { info } = (await pdf.getMetadata()) as { info: Record<string, unknown> };
  const annotations = await (await pdf.getPage(1)).getAnnotations();
  const links = annotations.flatMap(({ url }: { url?: string }) => (url === undefined ? [] : [url]));
  return { pages: text.map(plain), info, links };
}

/** Without marks of direction and with plain spaces, as one would search for it. */
export function plain(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\u200b-\u200f\u061c\u2066-\u2069]/g, '')
    .replace(/\s+/g, ' ');
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
