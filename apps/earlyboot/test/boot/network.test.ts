import { runScenarios } from "../support/run-scenarios.ts";
import { network } from "./scenarios/network.ts";

runScenarios(network);
