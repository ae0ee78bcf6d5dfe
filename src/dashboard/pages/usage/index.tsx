import { Route, Routes } from 'react-router';
import { NotFound } from '../not-found.tsx';
import { EventsPage } from './events.tsx';
import { ExplorerPage } from './explorer.tsx';

export default function UsagePages() {
  return (
    <Routes>
      <Route index element={<ExplorerPage />} />
      <Route path="events" element={<EventsPage />} />
      <Route path="*" element={<NotFound />} />
    </Routes>
  );
}
