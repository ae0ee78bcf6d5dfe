import type { ReactNode } from 'react';
import css from './table.module.css';

export type Column<Row> = {
  key: string;
  title: ReactNode;
  cell: (row: Row) => ReactNode;
  /** Numbers stand at the end of their column, so that their digits stand below each other. */
  align?: 'start' | 'end';
  /** Names the row: on a phone it is the heading of its card. */
  heading?: boolean;
  /** Left out on a phone, where the row's own page has it. */
  wideOnly?: boolean;
};

type TableProps<Row> = {
  /** What the table is, for whoever cannot see where it stands. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** `cards`: each row becomes a card on a phone; `scroll`: it stays a table and scrolls inside of its own box. */
  phone?: 'cards' | 'scroll';
  /** Rows below the others that are sums. */
  footer?: ReactNode;
};

/** Rows and columns. The page itself never scrolls sideways. */
export function Table<Row>({ caption, columns, rows, rowKey, phone = 'cards', footer }: TableProps<Row>) {
  const look = phone === 'cards' ? css['cards'] : '';
  return (
    <div className={css['box']} {...(phone === 'scroll' && { tabIndex: 0, role: 'region', 'aria-label': caption })}>
      <table className={`${css['table']} ${look}`}>
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ key, title, align, wideOnly }) => (
              <th key={key} scope="col" className={classOf(align, wideOnly)}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column) => (
                <Cell key={column.key} column={column} row={row} />
              ))}
            </tr>
          ))}
        </tbody>
        {footer !== undefined && <tfoot>{footer}</tfoot>}
      </table>
    </div>
  );
}

function Cell<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  const { title, cell, align, heading = false, wideOnly } = column;
  const className = `${classOf(align, wideOnly)} ${heading ? css['heading'] : ''}`;
  const label = typeof title === 'string' && !heading ? { 'data-label': title } : {};
  if (heading) {
    return (
      <th scope="row" className={className} {...label}>
        {cell(row)}
      </th>
    );
  }
  return (
    <td className={className} {...label}>
      {cell(row)}
    </td>
  );
}

function classOf(align: 'start' | 'end' = 'start', wideOnly = false): string {
  return `${align === 'end' ? css['end'] : ''} ${wideOnly ? css['wide'] : ''}`;
}
