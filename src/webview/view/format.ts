/** A layer's shape: "256 × 7 × 7". */
export function formatShape(shape: readonly number[]): string {
  return shape.join(' × ');
}

/** The last part of a path or Uri. */
export function baseName(path: string): string {
  return path.replace(/^.*[/\\]/, '');
}

/** The name of an image's file. */
export function imageName(uri: string): string {
  return decodeURIComponent(baseName(uri));
}
