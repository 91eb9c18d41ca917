/** The shipped Karaf distribution, started by Pax Exam. */
package io.fluxmqtt.itests.karaf;
