import { isObject, readJsonBeside } from '../notes/beside';

/** The architecture that a config.json of Hugging Face or timm beside a checkpoint names; null where there is none. */
export async function architectureBeside(checkpointPath: string): Promise<string | null> {
  const file = await readJsonBeside(checkpointPath, 'config.json', true);
  const config = file && 'value' in file ? file.value : null;
  if (!isObject(config)) return null;
  const list: unknown = config['architectures'];
  const names = [config['architecture'], ...(Array.isArray(list) ? list : []), config['model_type']];
  return names.find((name): name is string => typeof name === 'string' && name !== '') ?? null;
}
