import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type Config, readConfig } from '../../config.ts';
import { isDurabillError } from '../../errors/error.ts';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<T extends Options> = ReturnType<typeof parseArgs<{ options: T }>>['values'];

/** As shells and most programs have it: 2 is for a command that was not understood. */
const exitCodes = { faultyConfiguration: 1, faultyOptions: 2 };

/**
 * Reads the options and the configuration of a process before it opens anything. `--help` tells the usage; a fault of
 * either is told in sentences, without a stack, and ends the process.
 * @param check throws an Error with a sentence when the values do not fit together
 */
export function readCommand<const T extends Options>(
  usage: string,
  options: T,
  check: (values: Values<T>) => void = () => {},
): { values: Values<T>; config: Config } {
  const values = readOptions(usage, options, check);
  try {
    return { values, config: readConfig(process.env) };
  } catch (error) {
    if (!isDurabillError(error)) throw error;
    return end(`${error.message}\n${error.mend}`, exitCodes.faultyConfiguration);
  }
}

/** Reads the options of a command that needs no configuration; tells of `--help` and faults as `readCommand` does. */
export function readOptions<const T extends Options>(usage: string, options: T, check: (values: Values<T>) => void) {
  const args = process.argv.slice(2);
  if (args.includes('--help')) {
    console.log(usage);
    process.exit(0);
  }
  try {
    const { values } = parseArgs({ args, options });
    check(values);
    return values;
  } catch (error) {
    return end(`${(error as Error).message}\n\n${usage}`, exitCodes.faultyOptions);
  }
}

function end(sentences: string, code: number): never {
  console.error(sentences);
  process.exit(code);
}
