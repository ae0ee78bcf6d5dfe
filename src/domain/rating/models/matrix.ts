import { decimalText, parseDecimal, zero } from '../../money/exact.ts';
import type { Reader } from '../reader.ts';
import type { ModelRules } from './rules.ts';

/**
 * A unit price for each combination of values of up to four properties, such as region × class. `otherwise` is the
 * unit price of every other combination, events without the property among them.
 */
export type Matrix = { model: 'matrix'; properties: string[]; cells: MatrixCell[]; otherwise: string };
export type MatrixCell = { values: string[]; unitAmount: string };

export const maxMatrixProperties = 4;
export const maxMatrixCells = 1_000;

export const matrix: ModelRules<Matrix> = {
  reads: 'cells',
  fields: ['properties', 'cells', 'otherwise'],
  without: { included: 'Units cannot be included in a matrix; give the cell a price of its own with a filter.' },
  read: (read, entries, field) => {
    const properties = read
      .list(entries['properties'], `${field}.properties`, { least: 1, most: maxMatrixProperties })
      .map((name, index) => read.text(name, `${field}.properties[${index}]`));
    const again = properties.findIndex((name, index) => properties.indexOf(name) !== index);
    if (again >= 0) read.refuse(`${field}.properties[${again}]`, `"${properties[again]}" is there twice.`);
    const cells = read
      .list(entries['cells'], `${field}.cells`, { least: 1, most: maxMatrixCells })
      .map((cell, index) => readCell(read, cell, `${field}.cells[${index}]`, properties));
    const names = cells.map(({ values }) => JSON.stringify(values));
    const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
    if (twice >= 0) read.refuse(`${field}.cells[${twice}].values`, `${names[twice]} is there twice.`);
    const otherwise = read.decimal(entries['otherwise'], `${field}.otherwise`);
    return { model: 'matrix', properties, cells, otherwise };
  },
  charge: ({ properties, cells, otherwise }, { cells: used = [] }) => {
    const unitAmounts = new Map(cells.map(({ values, unitAmount }) => [JSON.stringify(values), unitAmount]));
    return used
      .filter(({ quantity }) => !quantity.equals(zero))
      .map(({ values, quantity }) => {
        const unitAmount = unitAmounts.get(JSON.stringify(values)) ?? otherwise;
        return {
          kind: 'cell',
          values: Object.fromEntries(properties.map((name, index) => [name, values[index] ?? ''])),
          quantity: decimalText(quantity),
          unitAmount,
          amount: quantity.mul(parseDecimal(unitAmount)),
        };
      });
  },
};

function readCell(read: Reader, input: unknown, field: string, properties: readonly string[]): MatrixCell {
  const entries = read.record(input, field, ['values', 'unitAmount']);
  const count = properties.length;
  const values = read
    .list(entries['values'], `${field}.values`, { least: count, most: count })
    .map((value, index) => read.text(value, `${field}.values[${index}]`));
  return { values, unitAmount: read.decimal(entries['unitAmount'], `${field}.unitAmount`) };
}
