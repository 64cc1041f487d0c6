/** Typed access to a node's attributes, with ONNX's defaults given by the caller. */
import type { Node } from './graph';
import type { Tensor } from './tensor';

export function intAttribute(node: Node, name: string, fallback: number): number {
  const value = node.attributes[name];
  return typeof value === 'number' ? value : fallback;
}

export const floatAttribute = intAttribute;

export function stringAttribute(node: Node, name: string, fallback: string): string {
  const value = node.attributes[name];
  return typeof value === 'string' ? value : fallback;
}

export function intsAttribute(node: Node, name: string): readonly number[] | undefined {
  const value = node.attributes[name];
  if (!Array.isArray(value) || typeof value[0] === 'string') return undefined;
  return value as readonly number[];
}

export function tensorAttribute(node: Node, name: string): Tensor | undefined {
  const value = node.attributes[name];
  return typeof value === 'object' && !Array.isArray(value) ? (value as Tensor) : undefined;
}

/** How messages name a node: its own name, or its first output when it has none. */
export function nodeLabel(node: Node): string {
  return node.name || node.outputs.find((output) => output !== '') || '(unnamed)';
}
