/** A layer's shape: "256 × 7 × 7". */
export function formatShape(shape: readonly number[]): string {
  return shape.join(' × ');
}
