import type { ComponentProps } from 'react';
import { Card } from '../../../ui/card.tsx';
import { Tabs } from '../../../ui/tabs.tsx';
import { InvoiceList } from './invoice-list.tsx';

type Kind = ComponentProps<typeof InvoiceList> & { id: string; title: string };

/** Invoices of several kinds, a tab for each. */
export function InvoiceTabs({ label, kinds }: { label: string; kinds: readonly Kind[] }) {
  return (
    <Tabs
      label={label}
      items={kinds.map(({ id, title, ...list }) => ({
        id,
        title,
        content: (
          <Card flush>
            <InvoiceList {...list} />
          </Card>
        ),
      }))}
    />
  );
}
