import { useSearchParams } from 'react-router';
import { type Option, Select } from '../../../ui/field.tsx';

/** A filter that stands in the address, so that a link leads to what is seen: its value, '' for all, and how it is set. */
export function useFilter(name: string): [value: string, set: (value: string) => void] {
  const [search, setSearch] = useSearchParams();
  return [
    search.get(name) ?? '',
    (value) =>
      setSearch(
        (before) => {
          const next = new URLSearchParams(before);
          if (value === '') next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: true, preventScrollReset: true },
      ),
  ];
}

/** One of a few, or all. */
export function FilterSelect({
  name,
  label,
  all,
  options,
}: {
  name: string;
  label: string;
  all: string;
  options: readonly Option[];
}) {
  const [value, set] = useFilter(name);
  return (
    <Select
      label={label}
      options={[{ id: 'all', label: all }, ...options]}
      value={value === '' ? 'all' : value}
      onChange={(id) => set(id === 'all' ? '' : id)}
      isRequired
    />
  );
}
