/** The name of a file without its last extension; a name that is nothing but an extension stays. */
export function stem(name: string): string {
  return name.replace(/(?<=.)\.[^.]*$/s, '');
}
