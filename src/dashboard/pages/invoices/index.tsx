import { Route, Routes } from 'react-router';
import { NotFound } from '../not-found.tsx';
import { InvoicePage } from './invoice.tsx';
import { LinePage } from './line.tsx';
import { InvoiceList } from './list.tsx';

/** Current and past invoices, and each of them down to its events. */
export default function InvoicesPage() {
  return (
    <Routes>
      <Route index element={<InvoiceList />} />
      <Route path=":id" element={<InvoicePage />} />
      <Route path=":id/lines/:position" element={<LinePage />} />
      <Route path="*" element={<NotFound />} />
    </Routes>
  );
}
