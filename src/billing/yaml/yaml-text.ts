import { type Document, isScalar, Lexer, LineCounter, parseDocument, visit } from 'yaml';
import { hasField, lineOf } from './line-of.ts';

/** What keeps a text from being read as YAML: a sentence, where it is, and what to do. */
export class YamlFault extends Error {
  readonly line: number | undefined;
  readonly mend: string;

  constructor(reason: string, mend: string, line?: number) {
    super(reason);
    this.line = line;
    this.mend = mend;
  }
}

/** Content that was written in YAML, of which JSON is a part, and the lines on which its fields stand. */
export class YamlText {
  readonly content: unknown;
  readonly #document: Document;
  readonly #lines = new LineCounter();

  /** @throws YamlFault */
  constructor(text: string) {
    refuseManyMarks(text);
    // The parser compares each key with all before it, which takes a minute of a text of 256 KiB; below they are counted off.
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: true, uniqueKeys: false });
    const [error] = this.#document.errors;
    if (error !== undefined) {
      const reason = `This is not YAML that can be read: ${error.message.split(/ at line|\n/)[0]}.`;
      throw new YamlFault(reason, 'Correct the line.', error.linePos?.[0].line);
    }
    const at = keyThatIsTwice(this.#document);
    if (at !== undefined) {
      const reason = 'This is not YAML that can be read: the keys of a map have to differ.';
      throw new YamlFault(reason, 'Correct the line.', this.#lines.linePos(at).line);
    }
    try {
      this.content = this.#document.toJS();
    } catch (fault) {
      // An alias that is used so often that the content would fill the memory.
      if (!(fault instanceof ReferenceError)) throw fault;
      throw new YamlFault(`${fault.message}.`, 'Write it without so many aliases.');
    }
  }

  /**
   * The line on which a field stands, or the nearest one around it that is there; undefined where there is nothing.
   * @param field a path such as `plans[0].prices[2].tiers[1].upTo`
   */
  lineOf(field: string): number | undefined {
    return lineOf(this.#document, this.#lines, field);
  }

  /** Whether the field is there. */
  has(field: string): boolean {
    return hasField(this.#document, field);
  }
}

/** Anchors, aliases and tags: the parser looks for each among all others. Plans need a few at most. */
const mostMarks = 100;

/** @throws YamlFault */
function refuseManyMarks(text: string): void {
  let marks = 0;
  let isScalarNext = false;
  for (const token of new Lexer().lex(text)) {
    if (!isScalarNext && /^[&*!]/.test(token)) marks += 1;
    if (marks > mostMarks) {
      const reason = `There are more than ${mostMarks} anchors, aliases and tags.`;
      throw new YamlFault(reason, 'Write out what they stand for.');
    }
    // What the lexer says before the text of a scalar, which may begin with anything.
    isScalarNext = token === '\u001f';
  }
}

/** Where a key stands that its map has already. */
function keyThatIsTwice(document: Document): number | undefined {
  let at: number | undefined;
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          at = key.range?.[0] ?? 0;
          return visit.BREAK;
        }
        seen.add(key.value);
      }
      return undefined;
    },
  });
  return at;
}
