/** The answers of a model that gives more than one for an image: tokens, anchors of a detector, pixels of a segmentation. */
export interface Answers {
  /** How many there are along each axis: [4420] anchors, [64, 48] pixels by row and column. */
  readonly dims: readonly number[];
  /** `pixels` lie in rows and columns over the image; `anchors` are made by convolutions, `tokens` by matrix products. */
  readonly kind: 'pixels' | 'anchors' | 'tokens';
}

/** Which of them was explained, for result.json and the health check's JSON. */
export interface AnswerRecord {
  /** As the command line takes it. */
  readonly selection: string;
  /** How many answers are summed. */
  readonly count: number;
  /** How many answers there are along each axis. */
  readonly answers: readonly number[];
  readonly kind: Answers['kind'];
  readonly why: string;
}

/** How many answers there are: “64 × 48 answers (pixels by row and column)”, “17 answers (tokens)”. */
export function answersText({ dims, kind }: Answers): string {
  return `${dims.join(' × ')} answers (${kind === 'pixels' ? 'pixels by row and column' : kind})`;
}
