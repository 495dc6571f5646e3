import { render } from 'preact';
import { startChat } from './chat.ts';
import { patientOf } from './url.ts';
import { NoPatient, Page } from './view/page.tsx';

const root = document.getElementById('page');
if (root === null)
  throw new Error('index.html has no element with the id "page", which the chat is drawn into.');

const patientId = patientOf(location.pathname);
if (patientId === undefined) {
  render(<NoPatient />, root);
} else {
  document.title = `${patientId} · Mooring chat`;
  render(<Page chat={startChat(patientId)} />, root);
}
