import { testGradients } from '../testing/grid';
import { castingGrid } from './casting.grid';

testGradients(castingGrid);
