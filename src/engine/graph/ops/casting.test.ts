import { testGradients } from '../../../../test/support/graph/grid';
import { castingGrid } from './casting.grid';

testGradients(castingGrid);
