import type { Attribution } from '../../shared/results/attribution';

type Named = Pick<Attribution, 'key' | 'method'>;

/**
 * Which card stands where when each row shows the maps of another question, and a column those of one card: for each row, the index of its
 * card in each column, null where it has none. A card `<row>/<card>` of a comparison stands below `<card>`, any other one below the first
 * free one of its method; what has no place gets a column of its own, behind the others.
 */
export function alignColumns(rows: readonly (readonly Named[])[]): (number | null)[][] {
  const columns: Named[] = [];
  const places = rows.map((cards) => {
    const taken = new Set<number>();
    return cards.map((card) => {
      const name = card.key.split('/').at(-1);
      const free = (fits: (column: Named) => boolean): number =>
        columns.findIndex((column, i) => !taken.has(i) && column.method === card.method && fits(column));
      let place = free(({ key }) => key === card.key);
      if (place < 0) place = free(({ key }) => key.split('/').at(-1) === name);
      if (place < 0) place = free(() => true);
      if (place < 0) place = columns.push(card) - 1;
      taken.add(place);
      return place;
    });
  });
  return places.map((row) =>
    columns.map((_, column) => {
      const index = row.indexOf(column);
      return index < 0 ? null : index;
    }),
  );
}
