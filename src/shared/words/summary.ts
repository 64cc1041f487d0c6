import { mapFindings, mapStatistics } from '../rendering/mapStatistics';
import { reduceChannels } from '../rendering/reduceChannels';
import type { ImageRegion, RawMap } from '../results/attribution';

/** A raw value with `digits` significant digits, in scientific notation when it is very small or large: "0.0123", "−1.5e−7". */
export function formatValue(value: number, digits = 3): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const magnitude = Math.abs(value);
  const text =
    magnitude < 1e-3 || magnitude >= 1e5
      ? value.toExponential(digits - 1).replace(/\.?0+e/, 'e')
      : String(Number(value.toPrecision(digits)));
  return text.replace('e+', 'e').replaceAll('-', '−');
}

/** A share 0..1 as a percentage that never claims more than is known: "93.1 %", "0.04 %", "< 0.01 %", "> 99.99 %". */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return '– %';
  const percentage = share * 100;
  if (percentage > 0 && percentage < 0.01) return '< 0.01 %';
  if (percentage < 100 && percentage > 99.99) return '> 99.99 %';
  const decimals = percentage >= 0.1 && percentage <= 99.9 ? 1 : 2;
  return `${String(Number(percentage.toFixed(decimals)))} %`;
}

/** A duration: "8 ms", "1.24 s", "2 min 05 s". */
export function formatSeconds(seconds: number): string {
  const milliseconds = Math.round(seconds * 1000);
  if (milliseconds < 1000) return `${milliseconds} ms`;
  if (seconds < 59.95) return `${seconds < 9.995 ? seconds.toFixed(2) : seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** What a card's image shows, in words, for those who do not see it; positions are image pixels from the upper left corner. */
export function cardAltText(card: {
  readonly methodTitle: string;
  readonly className: string;
  readonly map: RawMap;
  readonly region: ImageRegion;
}): string {
  const { map, region } = card;
  const sums = reduceChannels(map);
  const statistics = mapStatistics(sums);
  const head = `${card.methodTitle} for “${card.className}”`;
  if (statistics.finite === 0) return `${head}: ${mapFindings(statistics).join(' ')}`;
  if (statistics.min === statistics.max) return `${head}: the same value ${formatValue(statistics.min)} everywhere.`;
  const place = (value: number): string => {
    const index = sums.indexOf(value);
    const x = region.x + ((index % map.width) + 0.5) * (region.width / map.width);
    const y = region.y + (Math.floor(index / map.width) + 0.5) * (region.height / map.height);
    return `${formatValue(value)} at ${Math.floor(x)}, ${Math.floor(y)}`;
  };
  return `${head}: highest ${place(statistics.max)}; lowest ${place(statistics.min)}.`;
}
