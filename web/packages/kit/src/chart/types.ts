/** What of a chart was clicked. */
export interface Clicked {
  seriesName?: string;
  name?: string;
  value?: unknown;
  dataIndex?: number;
  data?: unknown;
}

/** A column of the table behind a chart. */
export interface ChartColumn<Row> {
  title: string;
  /** The plain value, for CSV and for the table. Money in yuan, shares of 1, ISO days. */
  value: (row: Row) => string | number | null;
  /** How the table writes it; the plain value when absent. */
  shown?: (row: Row) => React.ReactNode;
}
