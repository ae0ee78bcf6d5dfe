import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { addPlans, type PlanFile, readPlans } from '../../billing/read-plans.ts';
import { YamlFault, YamlText } from '../../billing/yaml/yaml-text.ts';
import { type DurabillError, isDurabillError } from '../../errors/error.ts';

/** What keeps plan files from being read, one fault a file: the first in it. */
export class PlanFilesError extends Error {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(faults.map(inWords).join('\n'));
    this.faults = faults;
  }
}

export type Fault = {
  file: string;
  line?: number;
  code?: string;
  field?: string;
  reason: string;
  mend: string;
};

export type PlanFiles = {
  /** All files as one set. */
  set: PlanFile;
  /** A refusal by the books of what the files say, with the place that says it where there is one. */
  locate(error: DurabillError): PlanFilesError;
};

type Source = { file: string; text: YamlText };

const folder = 'plans';
const maxFiles = 100;
/** As much as the API takes. */
const maxBytes = 4 * 1_024 * 1_024;

/**
 * Reads plan files as one set.
 * @param names paths from `from`; those of plans/*.yaml there if none are named
 * @throws PlanFilesError
 */
export async function readPlanFiles(names: readonly string[], from: string): Promise<PlanFiles> {
  const files = names.length > 0 ? names : await filesIn(folder, from);
  if (files.length > maxFiles) {
    const mend = 'Apply them in several sets, each of which is one transaction.';
    throw new PlanFilesError([
      { file: folder, reason: `${files.length} files; at most ${maxFiles} are one set.`, mend },
    ]);
  }
  const faults: Fault[] = [];
  const sources: Source[] = [];
  let set: PlanFile = { meters: [], plans: [] };
  for (const file of files) {
    try {
      const source = parse(file, await textOf(file, from));
      const before = set;
      set = located(source, () => addPlans(before, readPlans(source.text.content, 'file')));
      sources.push(source);
    } catch (error) {
      if (!(error instanceof PlanFilesError)) throw error;
      faults.push(...error.faults);
    }
  }
  if (faults.length > 0) throw new PlanFilesError(faults);
  return {
    set,
    locate(error) {
      const source = sources.find(({ text }) => error.field !== undefined && text.has(error.field));
      return new PlanFilesError([faultOf(error, source ?? { file: files.join(', ') })]);
    },
  };
}

async function filesIn(name: string, from: string): Promise<string[]> {
  const found = await readdir(resolve(from, name)).catch((error: unknown) => {
    throw unreadable(name, error, 'Name the files, or change to the folder above plans/.');
  });
  const files = found.filter((file) => file.endsWith('.yaml')).sort();
  if (files.length > 0) return files.map((file) => join(name, file));
  const mend = 'Name the files, or put them there.';
  throw new PlanFilesError([{ file: name, reason: 'There is no file that ends with .yaml in it.', mend }]);
}

async function textOf(file: string, from: string): Promise<string> {
  const path = resolve(from, file);
  const mend = 'Check the path; it is read from where the command was given.';
  try {
    const { size } = await stat(path);
    if (size <= maxBytes) return await readFile(path, 'utf8');
  } catch (error) {
    throw unreadable(file, error, mend);
  }
  throw new PlanFilesError([{ file, reason: 'It is larger than 4 MiB.', mend: 'Make several files of it.' }]);
}

function unreadable(file: string, error: unknown, mend: string): PlanFilesError {
  const reasons: Record<string, string> = { ENOENT: 'It is not there.', EACCES: 'It may not be read.' };
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new PlanFilesError([{ file, reason: reasons[code] ?? `It cannot be read: ${message}.`, mend }]);
}

function parse(file: string, text: string): Source {
  try {
    return { file, text: new YamlText(text) };
  } catch (error) {
    if (!(error instanceof YamlFault)) throw error;
    const { message: reason, mend, line } = error;
    throw new PlanFilesError([{ file, ...(line !== undefined && { line }), reason, mend }]);
  }
}

function located<T>(source: Source, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isDurabillError(error)) throw error;
    throw new PlanFilesError([faultOf(error, source)]);
  }
}

function faultOf(
  { code, field, message: reason, mend }: DurabillError,
  { file, text }: { file: string; text?: YamlText },
): Fault {
  const line = field === undefined ? undefined : text?.lineOf(field);
  return { file, ...(line !== undefined && { line }), code, ...(field !== undefined && { field }), reason, mend };
}

/** As compilers have it, so that editors and terminals lead to the line. */
function inWords({ file, line, field, reason, mend }: Fault): string {
  const place = line === undefined ? file : `${file}:${line}`;
  return `${place}: ${field === undefined ? '' : `${field}: `}${reason}\n  ${mend}`;
}
