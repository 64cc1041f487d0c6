import { testGradients } from '../../../../test/support/graph/grid';
import { paddingGrid } from './padding.grid';

testGradients(paddingGrid);
