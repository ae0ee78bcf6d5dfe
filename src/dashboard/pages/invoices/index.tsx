import { Page } from '../../ui/page.tsx';

export default function InvoicesPage() {
  return <Page title="Invoices" />;
}
