import { runScenarios } from "../support/run-scenarios.ts";
import { disksOnBuses } from "./scenarios/buses.ts";

runScenarios(disksOnBuses);
