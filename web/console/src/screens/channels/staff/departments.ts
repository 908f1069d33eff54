import type { Workload } from "../mirrored";

/** Departments in which somebody is, as id and name, by name. Pure. */
export function departmentsOf(staff: readonly Pick<Workload, "department_ids" | "departments">[]): [id: string, name: string][] {
  const found = new Map<string, string>();
  for (const one of staff) one.department_ids.forEach((id, at) => found.set(id, one.departments[at] ?? id));
  return [...found].sort(([, a], [, b]) => a.localeCompare(b, "zh"));
}
