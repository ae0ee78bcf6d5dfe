const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A formatter takes longer to make than a hundred days take to write, and the zones of customers are few. */
const formats = new Map<string, Intl.DateTimeFormat>();
const mostFormats = 1_000;

/** "2013-02-02", the day that it is in the zone (ISO 8601). `zone` has been through `parseZone`. */
export function dayIn(zone: string, at: Date): string {
  let format = formats.get(zone);
  if (format === undefined) {
    if (formats.size >= mostFormats) formats.clear();
    // Swedish writes days as ISO 8601 does.
    format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone });
    formats.set(zone, format);
  }
  return format.format(at);
}

/** "2 Feb 2013", of a day as it is stored: "2013-02-02". */
export function dayText(day: string): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  return `${date} ${months[month - 1]} ${year}`;
}
