/** Where the panels of a figure stand. */
export interface FigureGrid {
  readonly columns: number;
  readonly rows: number;
  /** Box for an image, in figure units. */
  readonly imageWidth: number;
  readonly imageHeight: number;
}

const widest = 5;

/**
 * Up to five panels stand in one row; more are spread evenly over as few rows as hold them. Images share one box with the image's
 * proportions, kept between 2:1 and 2:3 so that panoramas and strips stay readable.
 */
export function figureGrid(panels: number, image: { readonly width: number; readonly height: number }): FigureGrid {
  const rows = Math.ceil(panels / widest);
  const columns = Math.ceil(panels / rows);
  const imageWidth = 280;
  const proportion = Math.min(1.5, Math.max(0.5, image.height / image.width));
  return { columns, rows, imageWidth, imageHeight: Math.round(imageWidth * proportion) };
}

/** A row for each question: the image and one column for each card. Many columns have smaller images. */
export function rowsGrid(
  columns: number,
  rows: number,
  image: { readonly width: number; readonly height: number },
): FigureGrid {
  const wide = figureGrid(1, image);
  const imageWidth = columns > 6 ? 200 : columns > widest ? 240 : wide.imageWidth;
  return { columns, rows, imageWidth, imageHeight: Math.round((wide.imageHeight * imageWidth) / wide.imageWidth) };
}

/** The largest size with the image's proportions inside the box, and its place in it (centred), in whole units. */
export function fitInside(
  image: { readonly width: number; readonly height: number },
  boxWidth: number,
  boxHeight: number,
): { readonly x: number; readonly y: number; readonly width: number; readonly height: number } {
  const scale = Math.min(boxWidth / image.width, boxHeight / image.height);
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  return { x: Math.floor((boxWidth - width) / 2), y: Math.floor((boxHeight - height) / 2), width, height };
}
