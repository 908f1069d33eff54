/** That something was done, told to eyes and to screen readers. */
export function Done({ said }: { said: string }) {
  return <div role="status">{said && <p className="notice notice-good">{said}</p>}</div>;
}
