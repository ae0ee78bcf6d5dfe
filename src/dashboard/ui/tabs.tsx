import type { ReactNode } from 'react';
import { Tabs as AriaTabs, Tab, TabList, TabPanel } from 'react-aria-components';
import { useSearchParams } from 'react-router';
import css from './tabs.module.css';

export type TabItem = { id: string; title: ReactNode; content: ReactNode };

/** Several views of one thing; the one that is open stands in the address, so that a link leads to it. */
export function Tabs({ label, items, param = 'tab' }: { label: string; items: readonly TabItem[]; param?: string }) {
  const [search, setSearch] = useSearchParams();
  const first = items[0]?.id ?? '';
  const asked = search.get(param);
  const selected = items.some(({ id }) => id === asked) ? asked! : first;

  function open(id: string) {
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (id === first) next.delete(param);
        else next.set(param, id);
        return next;
      },
      { replace: true, preventScrollReset: true },
    );
  }

  return (
    <AriaTabs selectedKey={selected} onSelectionChange={(key) => open(String(key))} className={css['tabs']}>
      <TabList aria-label={label} className={css['list']}>
        {items.map(({ id, title }) => (
          <Tab key={id} id={id} className={css['tab']}>
            {title}
          </Tab>
        ))}
      </TabList>
      {items.map(({ id, content }) => (
        <TabPanel key={id} id={id} className={css['panel']}>
          {content}
        </TabPanel>
      ))}
    </AriaTabs>
  );
}
