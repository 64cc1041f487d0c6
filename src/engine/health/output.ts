/** The numbers of the output and what they mean for an explanation. */
import type { ClassScore } from '../../shared/results/attribution';
import type { Finding, OutputHealth } from '../../shared/results/health';
import { formatValue, percent } from '../../shared/words/summary';
import { type ClassScores, topClasses } from '../model/target/target';
import { arrayHealth } from './statistics';
import { thresholds } from './thresholds';
import { className, probability } from './words';

/** @param scores of all classes. @param target the explained class. */
export function outputHealth(scores: ClassScores, target: ClassScore): OutputHealth {
  const { count, logits, probabilities } = scores;
  const [top = target, second = null] = topClasses(scores, 2);
  const sum = probabilities.reduce((total, p) => total + p, 0);
  // Sigmoids do not add up to 1; their entropy would say nothing about how the model decides.
  const distribution = count > 1 && Math.abs(sum - 1) < 1e-3;
  const bits = probabilities.reduce((total, p) => (p > 0 ? total - p * Math.log(p) : total), 0);
  return {
    logits: arrayHealth(logits),
    classes: count,
    target,
    top,
    second,
    margin: second && top.logit - second.logit,
    probabilitySlope: target.probability * (1 - target.probability),
    entropy: distribution ? bits / Math.log(count) : null,
  };
}

function saturation({ target, probabilitySlope }: OutputHealth): Finding[] {
  const { probability: p } = target;
  const name = className(target);
  if (probabilitySlope === 0) {
    return [
      {
        severity: 'warning',
        sentence: `The output is saturated: the probability of ${name} is exactly ${p} in float32, and so its gradient is 0; methods that explain the probability show nothing, so explain the logit.`,
      },
    ];
  }
  if (probabilitySlope >= thresholds.saturation) return [];
  return [
    {
      severity: 'note',
      sentence: `The output is saturated (p = ${probability(p)} for ${name}): methods that explain the probability see ${formatValue(probabilitySlope, 1)} of the logit’s gradient; explain the logit.`,
    },
  ];
}

function undecided({ entropy, classes, top, second }: OutputHealth): Finding[] {
  if (entropy !== null && entropy >= thresholds.uniform && classes >= thresholds.uniformClasses) {
    return [
      {
        severity: 'warning',
        sentence: `The output is nearly uniform: the most probable of ${classes} classes, ${className(top)}, has ${percent(top.probability)}; the model has not decided, as with untrained weights or a preprocessing that it was not trained with, so a map explains little.`,
      },
    ];
  }
  if (second === null || entropy === null || second.probability < thresholds.tie * top.probability) return [];
  return [
    {
      severity: 'note',
      sentence: `${className(top)} (${percent(top.probability)}) and ${className(second)} (${percent(second.probability)}) are as good as tied: compare the maps of both.`,
    },
  ];
}

function scale({ logits }: OutputHealth): Finding[] {
  const largest = Math.max(Math.abs(logits.min), Math.abs(logits.max));
  if (!(largest >= thresholds.logits)) return [];
  return [
    {
      severity: 'warning',
      sentence: `The logits reach ${formatValue(largest)}, where probabilities are 0 or 1 whatever the image shows: check the preprocessing, above all whether the model wants values of 0–1 and gets 0–255.`,
    },
  ];
}

/** Findings about a finite output; what is not finite is told by where it comes from. */
export function outputFindings(output: OutputHealth): Finding[] {
  if (output.logits.nan > 0 || output.logits.infinite > 0) return [];
  return [...saturation(output), ...undecided(output), ...scale(output)];
}
