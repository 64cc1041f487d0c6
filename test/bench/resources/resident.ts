import { readFileSync } from 'node:fs';

export interface Resident {
  /** Memory that belongs to this process alone. */
  readonly own: number;
  /** Physical pages of mapped files; a page that is mapped twice counts once. */
  readonly files: number;
}

/** What this process has in physical memory now, in MB; null where the system does not tell (only Linux does). */
export function residentMegabytes(): Resident | null {
  if (process.platform !== 'linux') return null;
  const text = readFileSync('/proc/self/smaps_rollup', 'utf8');
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) / 1024;
  return { own: field('Pss_Anon'), files: field('Pss_File') };
}

/**
 * Peak of this process's resident memory so far, in MB. Not getrusage's figure where that can be avoided: on Linux a child starts with
 * its parent's.
 */
export function peakMegabytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS / 1024;
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1024;
}
