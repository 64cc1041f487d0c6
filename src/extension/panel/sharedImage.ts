import type { ExplainEvent } from '../../shared/explanation/events';
import type { Explanation } from '../../shared/explanation/explanation';

type PredictionEvent = Extract<ExplainEvent, { readonly kind: 'prediction' }>;

/** The event with the very image object that is known already, when it shows the same: many answers are about one image. */
export function sharedImage(event: PredictionEvent, { answers }: Explanation): PredictionEvent {
  const { pixels } = event.prediction;
  const bytes = Buffer.from(pixels.data.buffer, pixels.data.byteOffset, pixels.data.byteLength);
  const known = answers.find(
    ({ prediction: { pixels: other } }) =>
      other.width === pixels.width && other.height === pixels.height && bytes.equals(other.data),
  );
  return known ? { ...event, prediction: { ...event.prediction, pixels: known.prediction.pixels } } : event;
}
