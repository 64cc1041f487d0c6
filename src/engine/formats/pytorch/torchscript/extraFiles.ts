/** Files that were packed beside a network (`torch.jit.save(…, _extra_files=…)`): names of its classes, notes. */
import { CheckpointError } from '../../../../shared/errors';
import type { LabelsHint } from '../../kit/checkpoint';
import { isJsonObject, type Json, parseJson } from '../../kit/json/json';
import type { ScriptArchive } from './archive';

const mostFiles = 32;
const longest = 1 << 20;
/** Longer notes are no notes. */
const longestNote = 2000;

export async function extraFiles({
  zip,
  folder,
}: ScriptArchive): Promise<{ readonly metadata: ReadonlyMap<string, string>; readonly labels: LabelsHint | null }> {
  const start = `${folder}extra/`;
  const metadata = new Map<string, string>();
  let labels: LabelsHint | null = null;
  const names = zip.names.filter((name) => name.startsWith(start) && zip.size(name) <= longest).slice(0, mostFiles);
  for (const entry of names) {
    const text = await textOf(zip, entry);
    if (text === null) continue;
    const name = entry.slice(start.length);
    const found = /label|class|names|categor/i.test(name) ? labelsIn(text, name) : null;
    if (found && !labels) labels = { names: found, where: `${name} in the archive` };
    else if (text.length <= longestNote) metadata.set(name, text);
  }
  return { metadata, labels };
}

async function textOf(zip: ScriptArchive['zip'], entry: string): Promise<string | null> {
  try {
    return await zip.text(entry);
  } catch (error) {
    // Anything may be packed there.
    if (error instanceof CheckpointError) return null;
    throw error;
  }
}

/** A list, a dict from index to name, or a name a line. */
function labelsIn(text: string, name: string): readonly string[] | null {
  if (/^\s*[[{]/.test(text)) {
    let json: Json;
    try {
      json = parseJson(text, { name });
    } catch (error) {
      if (error instanceof CheckpointError) return null;
      throw error;
    }
    const items = isJsonObject(json)
      ? Object.keys(json).map((_, i) => (Object.hasOwn(json, String(i)) ? json[String(i)] : undefined))
      : json;
    if (!Array.isArray(items)) return null;
    const list = items.map((item: Json | undefined) => (Array.isArray(item) ? item.at(-1) : item));
    return list.length > 1 && list.every((item) => typeof item === 'string') ? (list as string[]) : null;
  }
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  return lines.length > 1 ? lines : null;
}
