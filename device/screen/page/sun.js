// Day or night: how high the sun stands (NOAA's short formula, good to a quarter of a degree).

const RAD = Math.PI / 180;
const SET_DEG = -0.8;

export function sunHeightDeg(lat, lon, date) {
  const day = date.getTime() / 86_400_000 - 10_957.5; // days since noon of 1 January 2000
  const anomaly = (357.529 + 0.98560028 * day) * RAD;
  const mean = 280.459 + 0.98564736 * day;
  const ecliptic = (mean + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * RAD;
  const tilt = (23.439 - 0.00000036 * day) * RAD;
  const declination = Math.asin(Math.sin(tilt) * Math.sin(ecliptic));
  const ascension = Math.atan2(Math.cos(tilt) * Math.sin(ecliptic), Math.cos(ecliptic));
  const sidereal = ((18.697374558 + 24.06570982441908 * day) % 24) * 15 * RAD;
  const hour = sidereal + lon * RAD - ascension;
  const sine = Math.sin(lat * RAD) * Math.sin(declination) + Math.cos(lat * RAD) * Math.cos(declination) * Math.cos(hour);
  return Math.asin(sine) / RAD;
}

export const isNight = (lat, lon, date = new Date()) => sunHeightDeg(lat, lon, date) < SET_DEG;
