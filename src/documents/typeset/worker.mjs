/**
 * Sets documents in a thread of its own: a long invoice takes a second, and the API answers others meanwhile. Plain
 * JavaScript, so that it starts without a loader.
 *
 * Takes { id, sheet } and answers { id, bytes, unwritable } or { id, error }.
 */
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';

const template = readFileSync(new URL('./document.typ', import.meta.url), 'utf8');
const compiler = NodeCompiler.create({ fontArgs: [{ fontPaths: workerData.fontFolders }] });

/** For archives, and for readers that read aloud. */
const pdfStandard = 'a-2a';

/** How the engine names a text for which no font has a glyph. */
const withoutGlyph = /the text `\\?"(.+?)\\?"` could not be displayed/gu;

/** What stands for a character that no font has. */
const replacement = '\ufffd';

parentPort.on('message', ({ id, sheet }) => {
  try {
    const { bytes, unwritable } = typeset(sheet);
    parentPort.postMessage({ id, bytes, unwritable });
  } catch (error) {
    parentPort.postMessage({ id, error: messageOf(error) });
  } finally {
    // What it remembers of one document is of no use for the next.
    compiler.evictCache(0);
  }
});

/** A second time without the characters that no font has, since a standard for archives allows none. */
function typeset(sheet) {
  const document = compile(sheet);
  try {
    return { bytes: compiler.pdf(document, { pdfStandard }), unwritable: [] };
  } catch (error) {
    const unwritable = charactersWithoutGlyph(messageOf(error));
    if (unwritable.length === 0) throw error;
    const rest = [...sheet].map((character) => (unwritable.includes(character) ? replacement : character)).join('');
    return { bytes: compiler.pdf(compile(rest), { pdfStandard }), unwritable };
  }
}

function compile(sheet) {
  const result = compiler.compile({ mainFileContent: template, inputs: { sheet } });
  const errors = result.takeError();
  if (errors !== null) throw new Error(JSON.stringify(errors.shortDiagnostics));
  return result.result;
}

function charactersWithoutGlyph(message) {
  const texts = [...message.matchAll(withoutGlyph)].map(([, text]) => unescaped(text));
  // The engine names whole clusters, in which letters that the fonts have may stand, and marks that need no glyph.
  const found = new Set(texts.flatMap((text) => [...text]));
  return [...found].filter((character) => character > '\u007f' && !/\p{Cf}/u.test(character));
}

/** The engine writes characters that cannot be seen by their numbers. */
function unescaped(text) {
  return text.replace(/\\+u\{([0-9a-f]+)\}/giu, (_, hex) => String.fromCodePoint(Number.parseInt(hex, 16)));
}

function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
